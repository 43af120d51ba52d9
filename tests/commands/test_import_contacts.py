"""`import_contacts` imports valid rows, rejects invalid ones with a reason, and is idempotent."""

import io
import json
import os
import sys
import termios
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from contacts import services
from contacts.files import ContactImporter
from contacts.models import Contact
from contacts.services import upsert_contact, upsert_contacts
from contacts.text import clean_email, clean_name
from hindsight.text.csv_layouts import Layout
from hindsight.text.import_files import CsvRows, Lines
from orgs import imports
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

OPERATOR = Actor(ActorKind.COMMAND, "import_contacts")


class Imported:
    """Runs the command. `summary`: standard output; `rejections`: lines of standard error; `failed`: exit status 1."""

    def __init__(self, file: Path | str, *arguments: str, org: str = "acme") -> None:
        out, err = io.StringIO(), io.StringIO()
        self.failed = False
        try:
            call_command("import_contacts", str(file), "--org", org, *arguments, stdout=out, stderr=err)
        except CommandError:
            self.failed = True
        self.summary, self.rejections = out.getvalue().strip(), err.getvalue().splitlines()


def stored() -> dict[str, tuple[str, str]]:
    return {contact.email: (contact.name, contact.notes) for contact in Contact.objects.all()}


@pytest.fixture
def contacts_csv(tmp_path: Path) -> Path:
    file = tmp_path / "contacts.CSV"
    file.write_text(
        'Email,name,notes\nAlice@Example.com,Alice Renamed,\n bob@example.com ,Bob,"On two\nlines, ""quoted"""\n'
        "carol@example.com,,\n"
    )
    return file


class TestCSV:
    def test_contacts_are_created_and_updated_once(self, alice: Contact, contacts_csv: Path) -> None:
        imported = Imported(contacts_csv)
        assert imported.summary == "created 2, updated 1, unchanged 0, rejected 0"
        assert (imported.rejections, imported.failed) == ([], False)
        assert stored() == {
            "alice@example.com": ("Alice Renamed", "Old notes"),
            "bob@example.com": ("Bob", 'On two\nlines, "quoted"'),
            "carol@example.com": ("", ""),
        }
        before = list(Contact.objects.values()), list(Change.objects.values())
        assert Imported(contacts_csv).summary == "created 0, updated 0, unchanged 3, rejected 0"
        assert (list(Contact.objects.values()), list(Change.objects.values())) == before

    def test_a_contact_of_another_org_with_the_same_email_is_not_changed(
        self, globex: Org, alice: Contact, tmp_path: Path
    ) -> None:
        (tmp_path / "x.csv").write_text("email,name\nalice@example.com,Eve\n")
        assert Imported(tmp_path / "x.csv", org="globex").summary.startswith("created 1,")
        assert set(Contact.objects.values_list("org__slug", "name")) == {("acme", "Alice"), ("globex", "Eve")}

    def test_invalid_rows_are_reported_by_line_and_valid_rows_are_imported(self, acme: Org, tmp_path: Path) -> None:
        rows = [
            b"\xef\xbb\xbfemail,name,notes",
            b'first@example.com,"Two\nlines",x',  # lines 2 and 3
            b"no address,Bob,x",
            b",Bob,x",
            b"short@example.com",
            b"long@example.com,a,b,c",
            b'quotes@example.com,"a"b,c',
            b"latin@example.com,J\xfcrgen,x",
            b"nul@example.com,Bob,a\x00b",
            b"",
            b"huge@example.com,Bob," + b"x" * 100_001,
            b"gigantic@example.com,Bob," + b"x" * 3_000_000,
            b"good@example.com,Good,fine",
            b"GOOD@example.com,Second,other",
            b'open@example.com,"never closed,x',
        ]
        (tmp_path / "x.csv").write_bytes(b"\r\n".join(rows))
        imported = Imported(tmp_path / "x.csv")
        assert imported.failed
        assert imported.summary == "created 1, updated 0, unchanged 0, rejected 12"
        assert stored() == {"good@example.com": ("Good", "fine")}
        expected = {
            2: "name: Send a name on one line",
            4: "email: Send an email address",
            5: "email: This field is required",
            6: "The header has 3 columns, but this row has 1",
            7: "The header has 3 columns, but this row has 4",
            8: "Invalid CSV row",
            9: "The row is not valid UTF-8",
            10: "NUL",
            12: "notes: Send at most 100,000 characters; this has 100,001",
            13: "it is longer than 1,048,576 bytes",
            15: "email: Line 14 has the same address",
            16: "unexpected end of data",
        }
        assert len(imported.rejections) == len(expected)
        for rejection, (line, reason) in zip(imported.rejections, expected.items(), strict=True):
            assert rejection.startswith(f"line {line}: ")
            assert reason in rejection

    def test_of_many_invalid_rows_the_first_are_reported(self, acme: Org, tmp_path: Path) -> None:
        (tmp_path / "x.csv").write_text("email,name\n" + "x\n" * 1_700 + "good@example.com,Good\n")
        imported = Imported(tmp_path / "x.csv")
        assert imported.summary == "created 1, updated 0, unchanged 0, rejected 1700"
        assert len(imported.rejections) == 1_001
        assert imported.rejections[999].startswith("line 1001: ")
        assert imported.rejections[1000] == "and 700 more rows with errors"

    @pytest.mark.slow
    def test_memory_does_not_grow_with_a_row_over_many_lines(self) -> None:
        file = io.BytesIO(b"email,name\n" + b'"a\n",' * 300_000)
        tracemalloc.start()
        rows = sum(1 for _ in ContactImporter().read_csv(CsvRows(Lines(file)), Layout(("email", "name"))))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert rows > 50_000
        assert peak < 12 * 2**20


class TestJSONLines:
    def test_notes_are_a_string_or_an_object(self, alice: Contact, tmp_path: Path) -> None:
        rows: list[dict[str, Any]] = [
            {"email": "alice@example.com", "notes": ""},
            {"email": "bob@example.com", "name": "Bob", "notes": {"title": "CTO", "größe": [1, None]}},
        ]
        (tmp_path / "x.jsonl").write_text("\n\n".join(json.dumps(row) for row in rows))
        assert Imported(tmp_path / "x.jsonl").summary == "created 1, updated 1, unchanged 0, rejected 0"
        assert stored()["alice@example.com"] == ("Alice", "")
        assert stored()["bob@example.com"][1] == json.dumps(rows[1]["notes"], ensure_ascii=False, indent=2)

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b"{", "Invalid JSON: "),
            (b"[]", "Expected a JSON object"),
            (b"{}", "email: This field is required"),
            (b'{"email": null}', "email: Send a string, not null"),
            (b'{"email": "x@example.com", "notes": 1}', "notes: Send a string or an object, not a number"),
            (b'{"email": "x@example.com", "name": " "}', "name: Send a name that is not blank"),
            (b'{"email": "x@example.com", "phone": ""}', "phone: Unknown field"),
            (b'{"%s": ""}' % (b"x" * 1_000_000), f"line 2: {'x' * 60}…: Unknown field"),
            (b'{"email": "x@example.com", "email": "y@example.com"}', "same key twice"),
            (b'{"email": "x@example.com", "name": "\xff"}', "UTF-8"),
            (b'{"email": "x@example.com", "notes": "' + b"x" * 1_048_576 + b'"}', "longer than 1,048,576 bytes"),
        ],
    )
    def test_an_invalid_line_is_reported(self, acme: Org, tmp_path: Path, line: bytes, reason: str) -> None:
        (tmp_path / "x.ndjson").write_bytes(b'{"email": "ok@example.com"}\n' + line + b'\n{"email": "too@example.com"}')
        imported = Imported(tmp_path / "x.ndjson")
        assert (imported.failed, imported.summary) == (True, "created 2, updated 0, unchanged 0, rejected 1")
        assert len(imported.rejections) == 1
        assert imported.rejections[0].startswith("line 2: ")
        assert reason in imported.rejections[0]


class TestArguments:
    def test_standard_input(self, acme: Org, contacts_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with contacts_csv.open() as file:
            monkeypatch.setattr(sys, "stdin", file)
            assert Imported("-", "--format", "csv").summary == "created 3, updated 0, unchanged 0, rejected 0"

    @pytest.mark.parametrize("arguments", [["-"], ["x.txt"], ["absent.csv"], ["x.csv", "--format", "xml"], ["."]])
    def test_invalid_arguments_change_nothing(self, acme: Org, arguments: list[str]) -> None:
        assert Imported(*arguments).failed
        assert stored() == {}


class TestBatches:
    def test_batches_are_limited_in_rows_and_characters(
        self, acme: Org, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ContactImporter, "batch_rows", 3)
        monkeypatch.setattr(imports, "MAX_CHARACTERS", 100)
        (tmp_path / "x.csv").write_text(
            "email,notes\n" + "".join(f"c{number}@example.com,{'x' * 10 * number}\n" for number in range(10))
        )
        assert Imported(tmp_path / "x.csv").summary == "created 10, updated 0, unchanged 0, rejected 0"
        assert Contact.objects.count() == 10
        assert Imported(tmp_path / "x.csv").summary == "created 0, updated 0, unchanged 10, rejected 0"

    def test_a_batch_takes_a_few_statements(self, acme: Org) -> None:
        for number in range(100):
            ContactFactory.create(org=acme, email=f"c{number:03}@example.com")
        contacts = {f"c{number:03}@example.com": {"name": "New", "notes": str(number)} for number in range(200)}
        with CaptureQueriesContext(connection) as queries:
            effects = upsert_contacts(org_id=acme.pk, contacts=contacts, actor=OPERATOR)
        created = {each.row for each in effects if each.before is None}
        assert (len(created), len({each.row for each in effects} - created)) == (100, 100)
        assert len([query for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]) <= 7
        assert Change.objects.count() == 200
        assert stored()["c007@example.com"] == ("New", "7")

    def test_a_contact_created_concurrently_is_updated(self, acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
        attempts = []
        original = services._upsert_contacts

        def fail_once(*arguments: object) -> object:
            attempts.append(arguments)
            if len(attempts) == 1:
                upsert_contact(
                    org_id=acme.pk, email=clean_email("bob@example.com"), name=clean_name("Bob"), actor=OPERATOR
                )
                raise IntegrityError
            return original(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(services, "_upsert_contacts", fail_once)
        effects = upsert_contacts(org_id=acme.pk, contacts={"bob@example.com": {"name": "Robert"}}, actor=OPERATOR)
        assert [(each.field, each.before, each.after) for each in effects] == [("name", "Bob", "Robert")]
        assert stored() == {"bob@example.com": ("Robert", "")}


def test_progress_bar_only_on_a_terminal(acme: Org, contacts_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"100%" in written_to_stderr(*os.openpty(), contacts_csv, monkeypatch)
    assert written_to_stderr(*os.pipe(), contacts_csv, monkeypatch) == b""


def written_to_stderr(reader: int, writer: int, file: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Returns what the import writes to standard error, which is `writer`."""
    if os.isatty(writer):
        termios.tcsetwinsize(writer, (24, 80))
    os.set_blocking(reader, False)
    with open(writer, "w") as stderr, open(reader, "rb", buffering=0) as output, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stderr)
        call_command("import_contacts", str(file), "--org", "acme", stdout=io.StringIO())
        stderr.flush()
        return output.read() or b""
