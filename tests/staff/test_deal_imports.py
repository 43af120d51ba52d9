"""Imports of deals in the browser. What they share with those of contacts is in test_imports.py."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from deals.models import Deal
from deals.services import replace_deals
from deals.text import DealId
from jobs.models import Job, State
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org, SecurityEvent
from tests.staff.conftest import Staff, staff_of
from tests.staff.test_exports import downloaded, run_jobs, start
from tests.staff.test_imports import page_of

pytestmark = pytest.mark.django_db

CSV = """\
Opportunity ID;Close Date;Closed Lost Reason;Main Competitor(s);Outcome;Amount;Owner
deal_1;2026-11-20;Price;Globex;lost;48000.5;Sue
deal_2;2026-11-21T17:30:00+01:00;;;won;12;Sue
deal_3;yesterday;;;won;;Sue
"""


@pytest.fixture
def deal(acme: Org) -> Deal:
    values: Any = dict.fromkeys(("outcome", "reported_reason", "competitor", "segment", "currency"), "")
    values |= {"segment": "EMEA", "amount": None, "closed_at": None}
    replace_deals(org_id=acme.pk, deals={DealId("deal_1"): values}, actor=Actor(ActorKind.COMMAND, "pytest"))
    return Deal.objects.get()


def checked(staff: Staff, content: str) -> Job:
    file = SimpleUploadedFile("any.csv", content.encode())
    staff.post("deals_deal_import", org="acme", file=file, encoding="utf-8")
    run_jobs()
    return Job.objects.latest("pk")


def test_a_dry_run_shows_what_the_import_then_does(support: Staff, deal: Deal) -> None:
    job = checked(support, CSV)
    guessed = ["deal_id", "closed_at", "reported_reason", "competitor", "outcome", "amount", ""]
    assert (job.kind, job.options["columns"]) == ("import_deals", guessed)
    assert job.counts == {"created": 1, "updated": 1, "rejected": 1}
    page = page_of(support, job)
    assert "Import 2 deals" in page
    assert "closed_at: Send an RFC 3339 time" in page
    assert Deal.objects.get().segment == "EMEA", "nothing is stored yet"

    support.post("jobs_job_run", job.pk)
    run_jobs()
    first, second = Deal.objects.order_by("deal_id")
    assert (first.outcome, first.reported_reason, first.competitor) == ("lost", "Price", "Globex")
    assert (first.audited_text("closed_at"), first.segment) == ("2026-11-20T00:00:00Z", ""), "replaced whole"
    assert (second.audited_text("closed_at"), second.audited_text("amount")) == ("2026-11-21T16:30:00Z", "12")
    changes = Change.objects.of(deal).filter(actor_kind="staff")
    assert {(change.field, change.actor) for change in changes} >= {("segment", "sue"), ("outcome", "sue")}
    event = SecurityEvent.objects.get(kind="import")
    assert (event.actor, event.org, event.detail) == ("sue", "acme", "Rows: 3.")


def test_the_list_leads_to_the_import_and_the_page_says_what_an_empty_cell_does(support: Staff, deal: Deal) -> None:
    assert "Import deals" in support.get("deals_deal_changelist").content.decode()
    assert "an empty cell, or a column that is left out, clears" in support.get("deals_deal_import").content.decode()


def test_each_field_has_one_column(support: Staff, acme: Org) -> None:
    job = checked(support, "Who,Won by,Won at\ndeal_1,Globex,Initech\n")
    assert job.state == State.DRAFT
    for columns in (["deal_id", "competitor", "competitor"], ["", "competitor", ""], ["deal_id", "deal_id", ""]):
        support.post("jobs_job_check", job.pk, column=columns)
        assert Job.objects.get().state == State.DRAFT
    support.post("jobs_job_check", job.pk, column=["deal_id", "competitor", ""])
    run_jobs()
    assert Job.objects.get().counts == {"created": 1}


def test_an_exported_file_is_imported_unchanged(support: Staff, deal: Deal) -> None:
    Deal.objects.update(outcome="lost", reported_reason="=1+1", amount=48000.5, currency="EUR")
    job = start(support, "deals_deal")
    run_jobs()
    assert checked(support, downloaded(support, job)).counts == {"unchanged": 1}


@pytest.mark.parametrize("role", ["read only", "account manager", "auditor"])
def test_other_roles_import_no_deals(support: Staff, acme: Org, role: str) -> None:
    job = checked(support, CSV)
    other = staff_of(role)
    file = SimpleUploadedFile("any.csv", CSV.encode())
    assert other.post("deals_deal_import", org="acme", file=file, encoding="utf-8").status_code == 403
    assert other.post("jobs_job_run", job.pk).status_code in (403, 404)
    assert (Job.objects.count(), Deal.objects.count()) == (1, 0)
