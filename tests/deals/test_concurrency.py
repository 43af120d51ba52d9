"""PUTs of one deal at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from deals.api.requests import values_of
from deals.models import Deal
from deals.services import write_deal
from deals.text import clean_deal_id
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.transactions import uncommitted, waiting_sessions
from tools.harness.processes import eventually

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writing transaction at a time"),
]
PATH = "/deals/deal_1"


def say_lost(org: Org) -> None:
    values = values_of({"outcome": "lost"})
    write_deal(
        org_id=org.pk, deal_id=clean_deal_id("deal_1"), values=values, actor=Actor(ActorKind.COMMAND, "import_deals")
    )


def response_after(first: Callable[[], object], put: Callable[[], Any]) -> Any:
    """Of a PUT that waits until the first transaction is committed."""

    def run() -> Any:
        try:
            return put()
        finally:
            connection.close()

    with uncommitted(first) as commit, ThreadPoolExecutor(1) as thread:
        response = thread.submit(run)
        assert eventually(lambda: waiting_sessions() == 1)
        commit()
    return response.result()


def test_a_deal_that_is_being_created_is_replaced(acme: Org, acme_api: ApiClient) -> None:
    response = response_after(lambda: say_lost(acme), lambda: acme_api.put(PATH, {"outcome": "won"}))
    assert (response.status_code, Deal.objects.get().outcome) == (200, "won")
    assert Change.objects.get().before == "lost"


def test_a_change_that_is_being_committed_fails_the_precondition(acme: Org, acme_api: ApiClient) -> None:
    etag = acme_api.put(PATH, {"outcome": "no_decision"}).headers["ETag"]
    response = response_after(lambda: say_lost(acme), lambda: acme_api.put(PATH, {"outcome": "won"}, If_Match=etag))
    assert (response.status_code, Deal.objects.get().outcome) == (412, "lost")
    assert Change.objects.get().before == "no_decision"
