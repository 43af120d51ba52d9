"""The use of an org's rate limit, on its page and on the first page."""

from collections.abc import Iterator

import pytest
import time_machine

from hindsight.limits import usage_counts
from hindsight.limits.usage_counts import Use
from orgs.models import Org
from tests.broken_store import make_counters_unavailable
from tests.client import ApiClient
from tests.staff.conftest import Staff, staff_of

NOON = 1_800_014_400
DAY_SECONDS = 24 * 60 * 60
UNAVAILABLE = "requests are not limited. Tell the operator."


@pytest.fixture
def clock(acme: Org, acme_api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """Begins with five requests in a minute, at a limit of three, and then one."""
    monkeypatch.setattr(usage_counts, "SECONDS_BETWEEN_COUNTS", 0)
    Org.objects.update(own_rate_limit=3)
    with time_machine.travel(NOON, tick=False) as traveller:
        for _ in range(5):
            acme_api.get("/interviews/1")
        traveller.shift(60)
        acme_api.get("/interviews/1")
        yield traveller


def test_the_page_of_an_org_shows_requests_and_refusals(
    clock: time_machine.Traveller, root: Staff, acme: Org, globex: Org
) -> None:
    page = root.get("orgs_org_change", acme.pk)
    assert page.context["use"].rows == [
        ("Requests", 6, 6),
        ("Refused with 429", 2, 2),
        ("Minutes with 80% of the limit or more", 1, 1),
        ("Minutes over the limit", 1, 1),
    ]
    assert '<th scope="row">Refused with 429</th><td>2</td><td>2</td>' in page.content.decode()
    assert "The limit is 3 requests per minute." in page.content.decode()
    clock.shift(DAY_SECONDS)
    root.client.force_login(root.user)
    assert root.get("orgs_org_change", acme.pk).context["use"].rows[0] == ("Requests", 0, 6)
    assert root.get("orgs_org_change", globex.pk).context["use"].rows[0] == ("Requests", 0, 0)


def test_the_use_is_shown_as_curves(clock: time_machine.Traveller, root: Staff, acme: Org) -> None:
    page = root.get("orgs_org_change", acme.pk)
    hours, days = page.context["use"].curves
    assert [len(shown.curve.points.split()) for shown in (hours, days)] == [24, 30]
    assert hours.curve.points.endswith("95.65,100.00 100.00,0.00"), "the newest hour is the busiest"
    assert hours.refused.points.endswith(" 100.00,66.67"), "at the scale of all requests"
    assert (hours.busiest, round(hours.percent, 1)) == (6, 3.3)
    assert "The most: 6, 3.3% of what the limit allows" in page.content.decode()
    assert page.content.decode().count('class="refused"') == 2


@pytest.mark.usefixtures("clock")
def test_the_first_page_shows_orgs_near_their_limit(root: Staff, acme: Org, globex: Org) -> None:
    for org in ("", "acme"):
        page = root.get("index", org=org)
        assert page.context["near_limit"] == [(acme, Use(requests=6, refused=2, near=1, over=1))]
        assert f'<a href="/admin/orgs/org/{acme.pk}/change/">Acme</a></th>' in page.content.decode()
    page = root.get("index", org="globex")
    assert page.context["near_limit"] == []
    assert "No org used 80% of its limit within a minute" in page.content.decode()


@pytest.mark.parametrize(("role", "sees"), [("account manager", True), ("support", True), ("auditor", False)])
def test_staff_who_see_orgs_see_their_use(acme: Org, role: str, sees: bool) -> None:
    staff = staff_of(role)
    staff.user.managed_orgs.add(acme)
    assert ("Orgs near their rate limit" in staff.get("index").content.decode()) == sees
    assert (staff.get("orgs_org_change", acme.pk).status_code == 200) == sees


def test_without_the_counters_the_pages_say_so(root: Staff, acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    make_counters_unavailable(monkeypatch)
    for page, args in (("index", ()), ("orgs_org_change", (acme.pk,))):
        response = root.get(page, *args)
        assert response.status_code == 200
        assert UNAVAILABLE in response.content.decode()
