"""Old changes are purged, and the surviving ones keep their texts."""

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.management import CommandError
from django.utils import timezone
from pytest_django import Settings

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs import audit_removal
from orgs.actors import Actor, ActorKind
from orgs.audit import overwrite
from orgs.models import Change, Org, SecurityEvent
from orgs.retention import audit_period
from tests.commands.running import run
from tests.factories import ContactFactory
from tests.history import history_of

CRM = Actor(ActorKind.API_KEY, "hsk_crm")


def overwrite_days_ago(row: Contact | InterviewRequest, *days_and_texts: tuple[int, str], field: str = "notes") -> None:
    """Writes the texts in this order, with these ages."""
    now = timezone.now()
    for days, text in days_and_texts:
        with time_machine.travel(now - timedelta(days=days, hours=1), tick=False):
            overwrite((row, {field: text}), actor=CRM)


def purged(*options: object) -> list[str]:
    """Returns the lines about the audit."""
    return [line for line in run("purge", *options).splitlines() if line.startswith("changes of the audit")]


class TestPeriods:
    def test_the_setting_applies_to_all_orgs(self, alice: Contact, globex: Org, settings: Settings) -> None:
        settings.AUDIT_DAYS = 30
        bob = ContactFactory.create(org=globex, notes="A")
        overwrite_days_ago(bob, (41, "B"))
        overwrite_days_ago(alice, (40, "B"), (31, "C"), (29, "D"))
        assert purged() == ["changes of the audit\tacme\t2", "changes of the audit\tglobex\t1"]
        assert history_of(alice) == [("notes", "C", "D")]
        assert history_of(bob) == []

    def test_a_field_has_a_period_of_its_own(
        self, alice: Contact, interview_request: InterviewRequest, settings: Settings
    ) -> None:
        settings.AUDIT_DAYS_BY_FIELD = {"notes": 10}
        assert audit_period(Org()) == "notes 10 days; other fields without limit"
        overwrite_days_ago(interview_request, (500, "Why now?"), field="objective")
        overwrite_days_ago(alice, (20, "B"), (5, "C"))
        overwrite_days_ago(alice, (20, "Ann"), field="name")
        assert purged() == ["changes of the audit\tacme\t1"]
        assert history_of(alice) == [("notes", "B", "C"), ("name", "Alice", "Ann")]
        settings.AUDIT_DAYS = 400
        assert audit_period(Org()) == "notes 10 days; other fields 400 days"
        assert purged() == ["changes of the audit\tacme\t1"]
        assert history_of(interview_request) == []

    @pytest.mark.parametrize("options", [[], ["--audit-older-than", 1]])
    def test_an_org_s_own_days_win(self, alice: Contact, settings: Settings, options: list[object]) -> None:
        settings.AUDIT_DAYS, settings.AUDIT_DAYS_BY_FIELD = 1, {"notes": 2}
        Org.objects.update(audit_days=50)
        overwrite_days_ago(alice, (60, "B"), (40, "C"))
        assert purged(*options) == ["changes of the audit\tacme\t1"]
        assert history_of(alice) == [("notes", "B", "C")]

    def test_the_option_replaces_the_settings(self, alice: Contact, settings: Settings) -> None:
        settings.AUDIT_DAYS, settings.AUDIT_DAYS_BY_FIELD = 5, {"name": 5}
        overwrite_days_ago(alice, (60, "B"), (40, "C"))
        overwrite_days_ago(alice, (40, "Ann"), field="name")
        assert purged("--audit-older-than", 50) == ["changes of the audit\tacme\t1"]
        assert history_of(alice) == [("notes", "B", "C"), ("name", "Alice", "Ann")]

    def test_the_audit_is_kept_without_a_setting_and_without_a_number_of_days(self, alice: Contact) -> None:
        overwrite_days_ago(alice, (36_000, "Old"))
        assert purged() == ["changes of the audit\t-\t0"]
        for days in ("0", "-1", "x", "36501"):
            with pytest.raises(CommandError, match="audit-older-than"):
                run("purge", f"--audit-older-than={days}")
        assert Change.objects.count() == 1

    def test_a_dry_run_deletes_nothing_and_counts_the_same(self, alice: Contact, settings: Settings) -> None:
        settings.AUDIT_DAYS = 30
        overwrite_days_ago(alice, (40, "B"), (31, "C"), (29, "D"))
        assert purged("--dry-run") == ["changes of the audit\tacme\t2"]
        assert Change.objects.count() == 3
        assert SecurityEvent.objects.get(actor="purge").detail.startswith("Dry run.")
        assert purged() == ["changes of the audit\tacme\t2"]
        assert "2 changes of the audit," in SecurityEvent.objects.filter(actor="purge")[0].detail

    def test_more_changes_than_a_batch(self, alice: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(audit_removal, "BATCH", 2)
        overwrite_days_ago(alice, *((40, f"{number}") for number in range(5)), (1, "New"))
        assert purged("--audit-older-than", 30) == ["changes of the audit\tacme\t5"]
        assert history_of(alice) == [("notes", "4", "New")]


@pytest.mark.parametrize(
    ("days_and_texts", "expired"),
    [
        ([(29, "B"), (31, "C"), (10, "D")], 0),  # no change outlives the one after it
        ([(-300, "B"), (31, "C"), (10, "D")], 2),  # a time in the future keeps no older change
        ([(31, "B"), (-300, "C")], 1),  # and alone it expires nothing
    ],
)
def test_times_that_contradict_the_order_of_ids(
    alice: Contact, days_and_texts: list[tuple[int, str]], expired: int
) -> None:
    """Servers date a change before they wait for the lock of its row, and their clocks differ."""
    overwrite_days_ago(alice, *days_and_texts)
    assert purged("--audit-older-than", 30) == [f"changes of the audit\t{'acme' if expired else '-'}\t{expired}"]
    texts = ["Old notes", *(text for _, text in days_and_texts)]
    assert history_of(alice) == [("notes", *pair) for pair in pairwise(texts)][expired:]


def test_a_field_that_is_not_audited_is_a_failed_check(settings: Settings) -> None:
    settings.AUDIT_DAYS_BY_FIELD = {"notes": 3, "note": 3}
    [message] = [message for message in run_checks() if message.id == "audit.E001"]
    assert "'note'" in message.msg
    assert "notes" in str(message.hint)
