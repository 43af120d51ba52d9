"""PUTs of one deal at the same time."""

import pytest

from deals.api.bodies import values_of
from deals.models import Deal
from deals.services import write_deal
from deals.text import clean_deal_id
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.transactions import needs_concurrent_writes, waiting_for

pytestmark = [pytest.mark.django_db(transaction=True), needs_concurrent_writes]
PATH = "/deals/deal_1"


def say_lost(org: Org) -> None:
    values = values_of({"outcome": "lost"})
    write_deal(
        org_id=org.pk, deal_id=clean_deal_id("deal_1"), values=values, actor=Actor(ActorKind.COMMAND, "import_deals")
    )


def test_a_deal_that_is_being_created_is_replaced(acme: Org, acme_api: ApiClient) -> None:
    response = waiting_for(lambda: say_lost(acme), lambda: acme_api.put(PATH, {"outcome": "won"})).result()
    assert (response.status_code, Deal.objects.get().outcome) == (200, "won")
    assert Change.objects.get().before == "lost"


def test_a_change_that_is_being_committed_fails_the_precondition(acme: Org, acme_api: ApiClient) -> None:
    etag = acme_api.put(PATH, {"outcome": "no_decision"}).headers["ETag"]
    response = waiting_for(
        lambda: say_lost(acme), lambda: acme_api.put(PATH, {"outcome": "won"}, If_Match=etag)
    ).result()
    assert (response.status_code, Deal.objects.get().outcome) == (412, "lost")
    assert Change.objects.get().before == "no_decision"
