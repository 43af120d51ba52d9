"""`export_corrections` writes what staff say of drivers as labels, without names, of orgs that allow it."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from interviews.lifecycle import Direction, DriverAbout, Flag, Review
from interviews.models import Driver, InterviewRequest
from interviews.services import corrections
from interviews.services.drivers import Correction, add_driver, correct_driver, undo_correction
from orgs.models import Org, SecurityEvent
from orgs.services import update_org
from tests.commands.running import run
from tests.completed import QUESTION, complete
from tests.factories import ContactFactory, InterviewRequestFactory
from tests.interviews.steps import SAM, erase, review
from tools.reader.labels import SPEAKS, LabelledTopic

pytestmark = pytest.mark.django_db

ANSWERS = [("pricing", "The price was too high. Datalane was fast."), ("vendor", "The import was fast. It was slow.")]
TURNED = Correction("options", Direction.AGAINST, DriverAbout.COMPETITOR, "Datalane", is_decisive=True)


@pytest.fixture(autouse=True)
def acme_allows_it(acme: Org) -> None:
    Org.objects.filter(pk=acme.pk).update(shares_corrections=True)


@pytest.fixture
def completed(interview_request: InterviewRequest) -> InterviewRequest:
    return complete(interview_request, ANSWERS)


def exported(*options: object) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("export_corrections", *options).splitlines()]


def correct(driver: Driver, correction: Correction = TURNED) -> None:
    place: dict[str, Any] = {"org_id": driver.org_id, "driver_id": driver.pk, "actor": SAM}
    correct_driver(**place, seen=driver.digest, correction=correction)


def another_interview(acme: Org, *answers: tuple[str, str]) -> InterviewRequest:
    contact = ContactFactory.create(org=acme, name="Zoe", email="zoe@zebra.example")
    return complete(InterviewRequestFactory.create(org=acme, contact=contact), answers or [("vendor", "It was slow.")])


class TestLines:
    def test_what_staff_have_turned_round(self, completed: InterviewRequest) -> None:
        correct(Driver.objects.get(quote="Datalane was fast."))
        [line] = exported()
        topics = {name: line[name].pop("topic") for name in ("label", "read")}
        assert line == {
            **{"language": "en", "question": QUESTION, "source": "staff", "review": None},
            **{"before": "The price was too high. ", "text": "{competitor} was fast.", "after": ""},
            "label": {"speaks": "against", "about": "{competitor}", "decisive": True},
            "read": {"speaks": "for", "about": "", "decisive": False},
        }
        assert LabelledTopic(**topics["label"]).title == "Which options were considered and how they compared"
        assert topics["read"]["key"] == "pricing"
        assert all(LabelledTopic(**each).question for each in topics.values())

    def test_what_staff_have_added_confirmed_and_rejected(self, completed: InterviewRequest) -> None:
        high, _, rejected, confirmed = Driver.objects.order_by("start")
        review(confirmed, Review.CONFIRMED)
        review(rejected, Review.REJECTED)
        add_driver(completed, turn=2, quote="price was", correction=Correction("pricing", Direction.FOR), actor=SAM)
        added, no, yes = exported()[-1:] + exported()[:2]
        assert (added["text"], added["read"], added["label"]["speaks"]) == ("price was", None, "for")
        assert (no["text"], no["label"], no["read"]["speaks"]) == ("The import was fast.", None, "for")
        assert (yes["text"], yes["label"], yes["review"]) == ("It was slow.", yes["read"], "confirmed")
        assert {yes["label"]["speaks"], no["read"]["speaks"]} <= {*SPEAKS}
        undo_correction(org_id=high.org_id, driver_id=Driver.objects.get(source="staff").pk, actor=SAM)
        assert exported() == [no, yes], "a driver that staff added and took back says nothing"

    def test_an_answer_with_an_e_mail_of_others_is_left_out(self, interview_request: InterviewRequest) -> None:
        mail = "See below.\n\nFrom: Rob\nIt was slow."
        row = complete(interview_request, [("vendor", mail)])
        add_driver(row, turn=2, quote="It was slow", correction=TURNED, actor=SAM)
        assert exported() == []

    def test_since(self, acme: Org, completed: InterviewRequest) -> None:
        early, late = Driver.objects.order_by("start")[:2]
        with time_machine.travel(timezone.now() - timedelta(days=2), tick=False):
            review(early, Review.CONFIRMED)
        review(late, Review.CONFIRMED)
        yesterday = (timezone.now() - timedelta(days=1)).isoformat()
        assert [line["text"] for line in exported("--since", yesterday)] == ["Datalane was fast."]


class TestNames:
    def test_no_stored_name_no_address_and_no_number_is_left(self, alice: Contact, completed: InterviewRequest) -> None:
        User.objects.create(username="sam", first_name="Sam", last_name="Jones")
        alice.name, alice.email = "Alice de Winter", "alice@initech.example"
        alice.notes = '{"company": "Hooli GmbH", "title": "CTO"}'
        alice.save()
        update_org(org_id=alice.org_id, name="Acme Ltd")
        Deal.objects.create(org=alice.org, deal_id="other", competitor="Globex Inc.")
        answer = (
            "Alice here, ALICE DE  WINTER of Hooli. Initech chose Acmes offer, not Globex or Datalane. SSO worked. "
            "Ask Sam Jones or Bob Brown (bob.brown@initech.example, +49 170 1234567, 555-123-4567). It was slow."
        )
        row = complete(
            InterviewRequestFactory.create(org=alice.org, contact=alice, objective="secret"), [("vendor", answer)]
        )
        InterviewRequest.objects.filter(pk=row.pk).update(deal_id="other")
        private = Correction("vendor", Direction.AGAINST, is_decisive=True, tags=["secret"], comment="secret")
        correct(Driver.objects.get(interview_request=row), private)
        correct(Driver.objects.get(quote="Datalane was fast."))
        line = exported()[-1]
        assert (line["before"], line["text"], line["after"]) == (
            "{person} here, {person} of {company}. {company} chose {vendor} offer, not {competitor} or {competitor}. "
            "SSO worked. Ask {person} or {name} {name} ({email}, {number}, {number}). ",
            *("It was slow.", ""),
        )
        text = run("export_corrections").lower()
        hidden = (
            "alice",
            "winter",
            "hooli",
            "initech",
            "acme",
            "globex",
            "datalane",
            "jones",
            "brown",
            "170",
            "secret",
        )
        assert not [name for name in hidden if name in text]

    def test_a_name_at_the_edge_of_the_quote_is_hidden_as_a_whole(self, interview_request: InterviewRequest) -> None:
        row = complete(interview_request, [("vendor", "We liked Maria Lopez of Acme Ltd.")])
        update_org(org_id=row.org_id, name="Acme Ltd")
        add_driver(row, turn=2, quote="ria Lopez of Ac", correction=TURNED, actor=SAM)
        [line] = exported()
        assert (line["before"], line["text"], line["after"]) == ("We liked ", "{name} {name} of {vendor}", ".")

    def test_german_nouns_stay_and_names_after_a_title_do_not(self, interview_request: InterviewRequest) -> None:
        row = complete(
            interview_request,
            [("pricing", "Uns war der Preis von Acme zu hoch, sagt Frau Weber, die Einrichtung auch.")],
        )
        add_driver(row, turn=2, quote="der Preis", correction=TURNED, actor=SAM)
        [line] = exported()
        assert (line["language"], line["after"]) == (
            "de",
            " von {vendor} zu hoch, sagt Frau {name}, die Einrichtung auch.",
        )


class TestWhoAllowsIt:
    def test_an_org_that_does_not_allow_it_and_a_test_room_have_no_lines(
        self, acme: Org, globex: Org, completed: InterviewRequest
    ) -> None:
        review(Driver.objects.all()[0], Review.CONFIRMED)
        for values in ({"shares_corrections": False}, {"shares_corrections": True, "test_room_of": globex}):
            Org.objects.filter(pk=acme.pk).update(**values)
            assert exported() == []
            with pytest.raises(CommandError, match="does not allow it"):
                exported("--org", "acme")
        Org.objects.filter(pk=acme.pk).update(test_room_of=None)
        assert len(exported("--org", "acme")) == 1
        Org.objects.filter(pk=globex.pk).update(shares_corrections=True)
        assert exported("--org", "globex") == []

    @pytest.mark.parametrize("flag", [Flag.WANTS_NO_NAME, Flag.WANTS_DELETION])
    def test_who_wants_not_to_be_named_or_to_be_deleted_has_no_lines(
        self, completed: InterviewRequest, flag: Flag
    ) -> None:
        review(Driver.objects.all()[0], Review.CONFIRMED)
        completed.save_flags([flag])
        assert exported() == []

    def test_each_org_gets_a_security_event(self, acme: Org, globex: Org, completed: InterviewRequest) -> None:
        Org.objects.filter(pk=globex.pk).update(shares_corrections=True)
        run("export_corrections")
        events = SecurityEvent.objects.filter(actor="export_corrections")
        assert {(event.kind, event.org, event.subject) for event in events} == {
            ("export", "acme", "acme"),
            ("export", "globex", "globex"),
        }


class TestErasures:
    @pytest.fixture
    def rows(self, acme: Org, completed: InterviewRequest, monkeypatch: pytest.MonkeyPatch) -> list[InterviewRequest]:
        """Two interviews with a confirmed driver each, in batches of one."""
        monkeypatch.setattr(corrections, "BATCH", 1)
        rows = [completed, another_interview(acme, ("vendor", "It was clunky."))]
        for row in rows:
            review(Driver.objects.filter(interview_request=row)[0], Review.CONFIRMED)
        return rows

    def test_one_statement_reads_a_batch_with_its_names(self, rows: list[InterviewRequest]) -> None:
        with CaptureQueriesContext(connection) as queries:
            assert len(exported()) == 2
        reads = [one["sql"] for one in queries if "interviews_transcript" in one["sql"]]
        assert len(reads) == 2
        assert all("contacts_contact" in sql and "deals_deal" in sql for sql in reads)

    def test_nothing_is_left_of_the_erased(self, rows: list[InterviewRequest]) -> None:
        erase(rows[0])
        assert [line["text"] for line in exported()] == ["It was clunky."]

    def test_who_is_erased_before_their_batch_has_no_line(self, rows: list[InterviewRequest]) -> None:
        out = ActingOutput(lambda: erase(rows[1]))
        run("export_corrections", stdout=out)
        assert [json.loads(line)["text"] for line in out.getvalue().splitlines()] == ["The price was too high."]

    def test_who_is_erased_after_their_batch_makes_the_export_fail(
        self, rows: list[InterviewRequest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        with pytest.raises(CommandError, match="Delete what was printed"):
            run("export_corrections", stdout=ActingOutput(lambda: erase(rows[0])))
        lines = corrections._line
        file = tmp_path / "labels.jsonl"

        def erasing(driver: Driver, names: Any) -> Any:
            erase(rows[1])
            return lines(driver, names)

        monkeypatch.setattr(corrections, "_line", erasing)
        with pytest.raises(CommandError, match="The file was deleted"):
            run("export_corrections", "--output", file)
        assert not file.exists()

    def test_an_org_that_no_longer_allows_it_makes_the_export_fail(self, rows: list[InterviewRequest]) -> None:
        out = ActingOutput(lambda: Org.objects.update(shares_corrections=False))
        with pytest.raises(CommandError, match="no longer allows it"):
            run("export_corrections", stdout=out)
        assert len(out.getvalue().splitlines()) == 1

    def test_only_the_owner_reads_the_file(self, rows: list[InterviewRequest], tmp_path: Path) -> None:
        file = tmp_path / "labels.jsonl"
        assert run("export_corrections", "--output", file) == "2\n"
        assert file.stat().st_mode & 0o777 == 0o600
        assert len(file.read_text().splitlines()) == 2


class ActingOutput(StringIO):
    """Acts once, before the first line is written."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.act = act

    def write(self, text: str) -> int:
        if not self.getvalue():
            self.act()
        return super().write(text)
