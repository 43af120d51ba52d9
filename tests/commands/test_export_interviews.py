"""An org's interview requests as files: all of them, complete, in order, and harmless in a spreadsheet."""

import csv
import json
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from interviews import export
from interviews.models import InterviewRequest
from interviews.services import complete_interview
from orgs.models import Org
from tests.client import ApiClient
from tests.commands.running import run
from tests.factories import ContactFactory, InterviewRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def completed(alice: Contact) -> InterviewRequest:
    request = InterviewRequestFactory.create(org=alice.org, contact=alice, deal_id="deal_1", objective="")
    complete_interview(request, content="**Paige:** Grüße\n\n**Alice:** Hello\u2028")
    return request


def jsonl(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


class TestJSONLines:
    def test_as_the_api_shows_them_oldest_first(
        self, acme_api: ApiClient, interview_request: InterviewRequest, completed: InterviewRequest
    ) -> None:
        exported = jsonl(run("export_interviews", "--org", "acme"))
        for record, request in zip(exported, (interview_request, completed), strict=True):
            shown = acme_api.get(f"/interviews/{request.pk}").json()
            for name in ("contact_id", "survey_url"):
                del shown[name]
            assert record.pop("interview_type") == request.interview_type.name
            done = InterviewRequest.objects.get(pk=request.pk).completed_at
            assert record.pop("completed_at") == (done and done.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
            assert record == shown

    def test_no_links_to_answer_with(self, interview_request: InterviewRequest) -> None:
        assert interview_request.survey_token not in run("export_interviews", "--org", "acme")

    def test_another_orgs_are_left_out(self, interview_request: InterviewRequest, globex: Org) -> None:
        assert run("export_interviews", "--org", "globex") == ""

    def test_every_page_is_read_once(self, alice: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(export, "PAGE", 2)
        ids = [InterviewRequestFactory.create(org=alice.org, contact=alice).pk for _ in range(5)]
        with CaptureQueriesContext(connection) as queries:
            exported = jsonl(run("export_interviews", "--org", "acme"))
        assert [record["interview_request_id"] for record in exported] == ids
        assert len(queries) == 1 + 3 * 4 + 1, "the org; three pages, each with what belongs to it; and an empty one"

    def test_into_a_file(self, completed: InterviewRequest, tmp_path: Path) -> None:
        printed = run("export_interviews", "--org", "acme", "--output", tmp_path / "x.jsonl")
        assert printed == "1\n"
        assert (tmp_path / "x.jsonl").read_bytes().decode() == run("export_interviews", "--org", "acme")


class TestCSV:
    def test_one_row_each(
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
            "email_sent_at": "",
            "contact.email": "alice@example.com",
            "contact.name": "Alice",
            "contact.notes": "Old notes",
            "transcript.content": "**Paige:** Grüße\n\n**Alice:** Hello\u2028",
        }
        assert {name: rows[1][name] for name in expected} == expected
        assert rows[1]["completed_at"].endswith("Z")
        assert (rows[0]["interview_request_id"], rows[0]["transcript.content"]) == (str(interview_request.pk), "")
        assert (tmp_path / "x.csv").read_bytes().startswith("\ufeffinterview_request_id,".encode())

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
    def test_no_cell_is_a_formula(self, acme: Org, start: str) -> None:
        text = f'{start}HYPERLINK("https://evil.example","x")'
        contact = ContactFactory.create(org=acme, name=text, notes=text)
        request = InterviewRequestFactory.create(org=acme, contact=contact, deal_id=text, objective=text)
        complete_interview(request, content=text)
        (_, row) = csv.reader(StringIO(run("export_interviews", "--org", "acme", "--format", "csv"), newline=""))
        assert row.count(f"'{text}") == 5
        assert not any(cell.startswith(start) for cell in row)

    def test_other_text_is_left_as_it_is(self) -> None:
        texts = ["", "a=b", "5", " = 5", "'quoted", '"quoted"', "a\r\nb", "deal-1"]
        assert [export.harmless(text) for text in texts] == texts

    def test_an_org_without_interviews_has_a_header(self, acme: Org) -> None:
        assert run("export_interviews", "--org", "acme", "--format", "csv").count("\n") == 1


@pytest.mark.parametrize(
    "words", [[], ["--org", "nobody"], ["--org", "acme", "--format", "xml"], ["--org", "acme", "--output", "/"]]
)
def test_wrong_words(acme: Org, words: list[str]) -> None:
    with pytest.raises(CommandError):
        run("export_interviews", *words)


def test_a_reader_that_has_enough_is_no_error(
    interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Head(StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with open("/dev/null", "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        with pytest.raises(SystemExit):
            run("export_interviews", "--org", "acme", stdout=Head())
