"""`export_interviews` writes all interview requests of an org in order, without spreadsheet formulas."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from hindsight.text.record_files import escape_formulas
from interviews import export
from interviews.lifecycle import DeclineReason, Rating
from interviews.models import InterviewRequest
from interviews.services.transitions import complete_interview
from interviews.services.wishes import decline_interview, rate_interview
from orgs.models import Org
from tests.client import ApiClient
from tests.commands.running import run
from tests.factories import ContactFactory, InterviewRequestFactory
from tests.interviews.steps import complete

pytestmark = pytest.mark.django_db


@pytest.fixture
def completed(alice: Contact) -> InterviewRequest:
    interview_request = InterviewRequestFactory.create(
        org=alice.org, contact=alice, deal_id="deal_1", objective="", flags="wants_to_stop wants_a_person"
    )
    complete_interview(interview_request, content="**Paige:** Grüße\n\n**Alice:** Hello\u2028")
    return interview_request


def jsonl(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


class TestJSONLines:
    def test_records_match_the_api_oldest_first(
        self, acme_api: ApiClient, interview_request: InterviewRequest, completed: InterviewRequest
    ) -> None:
        decline_interview(interview_request, reason=DeclineReason.NO_AI, comment="Call me.")
        acme_api.patch(f"/interviews/{interview_request.pk}", {"contact_context": "Changed later"})
        exported = jsonl(run("export_interviews", "--org", "acme"))
        for record, expected in zip(exported, (interview_request, completed), strict=True):
            shown = acme_api.get(f"/interviews/{expected.pk}").json()
            for name in ("contact_id", "survey_url", "objective_topics", "objective_subjects"):
                del shown[name]
            assert (record.pop("picks"), record.pop("subjects"), record.pop("deal")) == (None, None, None)
            assert (record.pop("interview_type"), record.pop("org")) == (expected.interview_name, "acme")
            assert record == shown

    def test_interview_requests_of_other_orgs_are_not_exported(
        self, interview_request: InterviewRequest, globex: Org
    ) -> None:
        assert run("export_interviews", "--org", "globex") == ""
        assert run("export_interviews", "--org", "globex", "--format", "csv").count("\n") == 1, "the header"

    def test_every_batch_is_read_once(self, alice: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(export, "PAGE", 2)
        ids = [InterviewRequestFactory.create(org=alice.org, contact=alice).pk for _ in range(5)]
        with CaptureQueriesContext(connection) as queries:
            exported = jsonl(run("export_interviews", "--org", "acme"))
        assert [record["interview_request_id"] for record in exported] == ids
        reads = [one for one in queries if one["sql"].startswith("SELECT")]
        assert len(reads) == 1 + 3 * 6, "the org, and three pages with related rows"

    def test_output_writes_a_file_and_prints_the_count(self, completed: InterviewRequest, tmp_path: Path) -> None:
        printed = run("export_interviews", "--org", "acme", "--output", tmp_path / "x.jsonl")
        assert printed == "1\n"
        assert (tmp_path / "x.jsonl").read_bytes().decode() == run("export_interviews", "--org", "acme")


class TestCSV:
    def test_one_row_per_interview_request(
        self, interview_request: InterviewRequest, completed: InterviewRequest, tmp_path: Path
    ) -> None:
        run("export_interviews", "--org", "acme", "--format", "csv", "--output", tmp_path / "x.csv")
        with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        expected = {
            "interview_type": completed.interview_type.name,
            "deal_id": "deal_1",
            "status": "completed",
            "objective": "",
            "flags": "wants_to_stop wants_a_person",
            "email_sent_at": "",
            "cancelled_at": "",
            "contact.email": "alice@example.com",
            "contact.name": "Alice",
            "contact.notes": "Old notes",
            "transcript.content": "**Paige:** Grüße\n\n**Alice:** Hello{U+2028}",
        }
        assert {name: rows[1][name] for name in expected} == expected
        assert rows[1]["completed_at"].endswith("Z")
        assert (rows[0]["interview_request_id"], rows[0]["transcript.content"]) == (str(interview_request.pk), "")
        assert (tmp_path / "x.csv").read_bytes().startswith("\ufeffinterview_request_id,".encode())

    @pytest.mark.slow
    def test_declines_and_ratings(self, interview_request: InterviewRequest, alice: Contact) -> None:
        decline_interview(interview_request, reason=DeclineReason.NO_AI, comment="=Call me.")
        rate_interview(complete(InterviewRequestFactory.create(org=alice.org, contact=alice)), rating=Rating.MOSTLY)
        rows = list(csv.DictReader(StringIO(run("export_interviews", "--org", "acme", "--format", "csv"), newline="")))
        told = [(row["flags"], row["decline.reason"], row["decline.comment"], row["rating"]) for row in rows]
        assert told == [("declined", "no_ai", "'=Call me.", ""), ("", "", "", "3")]
        assert rows[0]["decline.declined_at"].endswith("Z")

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
    def test_formulas_are_escaped(self, acme: Org, start: str) -> None:
        text = f'{start}HYPERLINK("https://evil.example","x")'
        contact = ContactFactory.create(org=acme, name=text, notes=text)
        interview_request = InterviewRequestFactory.create(org=acme, contact=contact, deal_id=text, objective=text)
        complete_interview(interview_request, content=text)
        (_, row) = csv.reader(StringIO(run("export_interviews", "--org", "acme", "--format", "csv"), newline=""))
        assert row.count(f"'{text}") == 5
        assert not any(cell.startswith(start) for cell in row)

    @pytest.mark.parametrize("separator", [",", ";", "\t", "|", "; ", ';"'])
    def test_a_formula_after_a_separator_is_text(self, separator: str) -> None:
        assert escape_formulas(f"a{separator}=1+1") == f"a{separator}'=1+1"
        assert escape_formulas(f"a{separator}=1{separator}@b") == f"a{separator}'=1{separator}'@b"

    def test_other_texts_are_not_changed(self) -> None:
        texts = ["", "a=b", "5", " = 5", "'quoted", '"quoted"', "a\r\nb", "deal-1"]
        assert [escape_formulas(text) for text in texts] == texts
