"""The requests of an org, on its page."""

from collections.abc import Iterator

import pytest
import time_machine

from hindsight.limits import day_counts
from orgs.models import Org
from tests.broken_store import make_counters_unavailable
from tests.client import ApiClient
from tests.staff.conftest import Staff

NOON = 1_800_014_400
DAY_SECONDS = 24 * 60 * 60


@pytest.fixture
def clock(acme: Org, acme_api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """Begins with five requests in a minute, at a limit of three."""
    monkeypatch.setattr(day_counts, "SECONDS_BETWEEN_COUNTS", 0)
    Org.objects.update(own_rate_limit=3)
    with time_machine.travel(NOON, tick=False) as traveller:
        for _ in range(5):
            acme_api.get("/interviews/1")
        yield traveller


def test_the_page_of_an_org_shows_requests_and_refusals(
    clock: time_machine.Traveller, root: Staff, acme: Org, globex: Org
) -> None:
    page = root.get("orgs_org_change", acme.pk).content.decode()
    assert '<th scope="row">Today</th><td>5</td><td>2</td>' in page
    assert '<th scope="row">Yesterday</th><td>0</td><td>0</td>' in page
    assert "The limit is 3 requests per minute." in page
    clock.shift(DAY_SECONDS)
    root.client.force_login(root.user)
    assert '<th scope="row">Yesterday</th><td>5</td><td>2</td>' in root.get("orgs_org_change", acme.pk).content.decode()
    assert '<th scope="row">Today</th><td>0</td><td>0</td>' in root.get("orgs_org_change", globex.pk).content.decode()


def test_without_the_counters_the_page_says_so(root: Staff, acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    make_counters_unavailable(monkeypatch)
    response = root.get("orgs_org_change", acme.pk)
    assert response.status_code == 200
    assert "requests are not limited. Tell the operator." in response.content.decode()
