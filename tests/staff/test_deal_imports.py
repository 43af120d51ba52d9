"""Imports of deals in the browser. What they share with those of contacts is in test_imports.py."""

from functools import partial

import pytest

from deals.models import Deal, DealValues
from deals.services import write_deal
from deals.text import DealId
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org, SecurityEvent
from tests.staff import test_imports
from tests.staff.conftest import Staff, staff_of
from tests.staff.test_exports import exported
from tests.staff.test_imports import chosen, confirmed, counts

pytestmark = pytest.mark.django_db

CSV = """\
Opportunity ID;Close Date;Closed Lost Reason;Main Competitor(s);Outcome;Amount;Region
deal_1;2026-11-20;Price;Globex;lost;48000.5;Sue
deal_2;2026-11-21T17:30:00+01:00;;;won;12;Sue
deal_3;yesterday;;;won;;Sue
deal_4;11/12/2026;;;open;120.000;Sue
"""


@pytest.fixture
def deal(acme: Org) -> Deal:
    values = DealValues(outcome="no_decision", segment="EMEA")
    write_deal(org_id=acme.pk, deal_id=DealId("deal_1"), values=values, actor=Actor(ActorKind.COMMAND, "pytest"))
    return Deal.objects.get()


check = partial(test_imports.check, page="deals/deal")
import_file = partial(test_imports.import_file, page="deals/deal")


def test_a_check_shows_what_the_import_then_does(support: Staff, deal: Deal) -> None:
    page = check(support, CSV)
    assert chosen(page) == ["deal_id", "closed_at", "reported_reason", "competitor", "outcome", "amount", ""]
    assert counts(page) == {"created": 1, "updated": 1, "rejected": 2}
    text = page.content.decode()
    assert "Import 2 deals" in text
    assert "closed_at: Write the date as 2026-11-12, not “yesterday”." in text
    assert "closed_at: “11/12/2026” can be 2026-11-12 or 2026-12-11. Write one of these." in text
    assert "outcome: Write won, lost or no decision, not “open”." in text
    assert "amount: “120.000” can be 120000 or 120.0000." in text
    assert "<td>outcome</td><td>no_decision</td><td>lost</td>" in text
    assert Deal.objects.get().segment == "EMEA", "nothing is stored yet"

    import_file(support, CSV)
    first, second = Deal.objects.order_by("deal_id")
    assert (first.outcome, first.reported_reason, first.competitor) == ("lost", "Price", "Globex")
    assert (first.audited_text("closed_at"), first.segment) == ("2026-11-20T00:00:00Z", "EMEA")
    assert (second.audited_text("closed_at"), second.audited_text("amount")) == ("2026-11-21T16:30:00Z", "12")
    changes = Change.objects.of(deal).filter(actor_kind="staff")
    assert {(change.field, change.actor) for change in changes} >= {("amount", "sue"), ("outcome", "sue")}
    event = SecurityEvent.objects.get(kind="import")
    assert (event.actor, event.org, event.detail) == ("sue", "acme", "deals: 4 rows.")


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Deal ID,Stage", ["deal_id", "outcome"]),
        ("Deal ID,Deal Stage,Outcome", ["deal_id", "", "outcome"]),
        ("Record ID,Deal,Ergebnis,Betrag,Währung", ["deal_id", "", "outcome", "amount", "currency"]),
    ],
)
def test_the_best_column_is_guessed(support: Staff, acme: Org, header: str, columns: list[str]) -> None:
    assert chosen(check(support, f"{header}\n")) == columns


def test_each_field_has_one_column(support: Staff, acme: Org) -> None:
    file = "Who,Won by,Won at\ndeal_1,Globex,Initech\n"
    for columns in (["deal_id", "competitor", "competitor"], ["", "competitor", ""], ["deal_id", "deal_id", ""]):
        assert "Choose one column for " in check(support, file, column=columns).context_data["columns_error"]
    assert counts(check(support, file, column=["deal_id", "competitor", ""])) == {"created": 1}


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_an_exported_file_is_imported_unchanged(support: Staff, deal: Deal, file_format: str) -> None:
    Deal.objects.update(outcome="lost", reported_reason="=1+1", amount=48000.5, currency="EUR")
    assert counts(check(support, exported(support, "deals_deal", file_format))) == {"unchanged": 1}


@pytest.mark.parametrize("role", ["read only", "account manager", "auditor"])
def test_other_roles_import_no_deals(support: Staff, acme: Org, role: str) -> None:
    sent = confirmed(check(support, CSV))
    assert check(staff_of(role), CSV, **sent).status_code == 403
    assert not Deal.objects.exists()
