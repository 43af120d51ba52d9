"""Imports of contacts in the browser: columns, what would change, rejected rows, and the import."""

import csv
import re
from base64 import b64decode
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from contacts.files import COLUMNS as EXPORTED_COLUMNS
from contacts.models import Contact
from hindsight.text.import_files import MAX_LINE_BYTES
from interviews.services.erasure import erase_contact
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org, SecurityEvent
from staff.lists import imports
from staff.lists.imports import Result
from tests.factories import ContactFactory
from tests.staff.conftest import Staff, staff_of
from tests.staff.test_exports import exported

pytestmark = pytest.mark.django_db

CSV = "email,name,notes\nbob@example.com,Bob,Met in May\nalice@example.com,Alice Renamed,\n"


def check(staff: Staff, content: str | bytes, page: str = "contacts/contact", **data: Any) -> Any:
    """Chooses a file and presses *Check*."""
    file = SimpleUploadedFile("any.csv", content.encode() if isinstance(content, str) else content)
    sent = {"org": "acme", "file": file, "encoding": "utf-8", **data}
    return staff.client.post(f"/admin/{page}/import/?org=acme", sent)


def result_of(page: Any) -> Result:
    result: Result = page.context_data["result"]
    return result


def chosen(page: Any) -> list[str]:
    """The fields of the columns, as the page has them."""
    selects = re.findall(r'<select name="column".*?</select>', page.content.decode(), re.DOTALL)
    return ["".join(re.findall(r"<option selected>(.*?)</option>", select)) for select in selects]


def confirmed(page: Any, **data: Any) -> dict[str, Any]:
    """What *Import* sends, in addition to the form."""
    return {"column": chosen(page), "import": page.context_data["digest"], **data}


def import_file(staff: Staff, content: str | bytes, page: str = "contacts/contact", **data: Any) -> Any:
    return check(staff, content, page, **{**data, **confirmed(check(staff, content, page, **data))})


def counts(page: Any) -> dict[str, int]:
    return {name: count for name, count in result_of(page).numbers if count}


def file_of(page: Any) -> list[dict[str, str]]:
    content = b64decode(page.context_data["result_file"].partition(",")[2]).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(content, newline="")))


def stored() -> dict[str, tuple[str, str]]:
    return {contact.email: (contact.name, contact.notes) for contact in Contact.objects.all()}


def workbook(*rows: list[Any]) -> bytes:
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


def test_a_check_stores_nothing_and_the_import_does_what_it_counted(support: Staff, alice: Contact) -> None:
    assert "Its first line names the columns: email, name, notes, or others" in support.text("contacts_contact_import")
    page = check(support, CSV)
    assert counts(page) == {"created": 1, "updated": 1}
    assert stored() == {"alice@example.com": ("Alice", "Old notes")}
    assert "Import 2 contacts" in page.content.decode()
    assert not SecurityEvent.objects.filter(kind="import").exists()

    page = import_file(support, CSV)
    assert counts(page) == {"created": 1, "updated": 1}
    assert stored() == {"alice@example.com": ("Alice Renamed", "Old notes"), "bob@example.com": ("Bob", "Met in May")}
    assert [(change.actor_kind, change.actor) for change in Change.objects.of(alice)] == [("staff", "sue")]
    event = SecurityEvent.objects.get(kind="import")
    assert (event.actor, event.org, event.subject, event.detail) == ("sue", "acme", "acme", "contacts: 2 rows.")
    assert counts(import_file(support, CSV)) == {"unchanged": 2}, "again"


def test_what_was_not_checked_is_not_imported(support: Staff, acme: Org, globex: Org) -> None:
    """Another file, another field of a column, another org."""
    sent = confirmed(check(support, CSV))
    others: list[tuple[str, dict[str, Any]]] = [
        (CSV.replace("Bob", "Eve"), {}),
        (CSV, {"column": ["email", "notes", "name"]}),
        (CSV, {"org": "globex"}),
        (CSV, {"import": "1"}),
    ]
    for content, other in others:
        page = check(support, content, **{**sent, **other})
        assert "Check them again." in page.content.decode()
        assert result_of(page).is_dry_run
    assert (stored(), SecurityEvent.objects.filter(kind="import").count()) == ({}, 0)


def test_rejected_rows_are_shown_and_downloaded(support: Staff, acme: Org) -> None:
    file = "email,name\nno address,Bob\n=1+1,x\ngood@example.com,Good\nGOOD@example.com,Again\n"
    page = check(support, file)
    assert counts(page) == {"created": 1, "rejected": 3}
    assert "Line 4 has the same address" in page.content.decode()
    assert "Import 1 contact<" in page.content.decode()
    rows = file_of(page)
    assert [row["line"] for row in rows] == ["2", "3", "5"]
    assert rows[0]["reason"] == "email: Send an email address, such as jane.smith@example.com."
    import_file(support, file)
    assert stored() == {"good@example.com": ("Good", "")}


def test_of_many_rows_the_first_are_shown_and_the_others_counted(support: Staff, alice: Contact) -> None:
    rows = "".join(f"c{number:03},c{number}@example.com\n" for number in range(120))
    page = check(support, f"notes,email\n{'x' * 500},alice@example.com\n{rows}" + "x\n" * 150)
    assert counts(page) == {"created": 120, "updated": 1, "rejected": 150}
    changes = list(result_of(page).shown_changes)
    assert changes[:2] == [
        ("alice@example.com", "notes", "Old notes", "x" * 200 + "…"),
        ("c0@example.com", "email", None, "c0@example.com"),
    ]
    text = page.content.decode()
    assert "… and 21 more contacts." in text
    assert text.count("The header has 2 columns") == 100
    assert "… and 50 more rows with errors." in text
    assert len(file_of(page)) == 150


def test_the_number_of_rows_is_limited(support: Staff, acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MAX_ROWS", 2)
    page = check(support, CSV + "carol@example.com,,\n").content.decode()
    assert "The file has more than 2 rows. Split it, or ask the operator to import it with manage.py." in page
    assert counts(check(support, CSV)) == {"created": 2}


def test_a_row_over_many_lines_is_limited(support: Staff, acme: Org) -> None:
    """In each line a quoted cell begins, so the CSV reader would collect the whole file as cells of one row."""
    lines = MAX_LINE_BYTES // len(b'"a\n",') + 10
    page = check(support, b"email,name\n" + b'"a\n",' * lines + b'"\ngood@example.com,Good\n')
    assert counts(page)["created"] == 1
    error = result_of(page).rejected[0]
    assert (error.line, error.reason) == (2, "Invalid CSV row: it is longer than 1,048,576 bytes.")


NAMES = "email;Größe;name\nzoe@example.com;klein;Zoë „Löw“ €\n"


def test_a_file_that_excel_saved_in_windows_1252_is_imported(support: Staff, acme: Org) -> None:
    file = NAMES.encode("cp1252")
    refused = check(support, file).content.decode()
    assert "not in UTF-8. If Excel has saved it as CSV, choose the encoding Windows-1252" in refused
    assert "“CSV UTF-8”" in refused
    page = import_file(support, file, encoding="cp1252")
    assert result_of(page).not_imported == ["Größe"]
    assert stored() == {"zoe@example.com": ("Zoë „Löw“ €", "")}


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (NAMES.encode(), "The file is in UTF-8. Choose the encoding UTF-8"),
        (NAMES.encode("utf-8-sig"), "The file is in UTF-8. Choose the encoding UTF-8"),
        (b"email;name\nbob@example.com;B\xe9\x81\n", "The file is not in Windows-1252."),
    ],
)
def test_a_wrong_encoding_is_refused(support: Staff, acme: Org, file: bytes, message: str) -> None:
    page = check(support, file, encoding="cp1252")
    assert message in page.content.decode()
    assert "result" not in page.context_data


def test_columns_are_guessed_and_can_be_chosen(support: Staff, alice: Contact) -> None:
    file = "E-Mail;First name;Last name;Phone\nbob@example.com;Bob;Builder;12\n"
    assert chosen(check(support, file)) == ["email", "name", "name", ""]
    import_file(support, file, column=["email", "notes", "name", "notes"])
    assert stored()["bob@example.com"] == ("Builder", "Bob\n12")
    cells = dict.fromkeys(EXPORTED_COLUMNS, "") | {"email": "zoe@example.com", "notes": "Met, in May"}
    assert counts(check(support, f"{';'.join(cells)}\n{';'.join(cells.values())}\n")) == {"created": 1}, "an export"
    Contact.objects.filter(pk=alice.pk).update(notes="'=1+1")
    page = check(support, "email,notes\nalice@example.com,-3\n").content.decode()
    assert "<td>&#x27;=1+1</td><td>-3</td>" in page, "values are shown as they are stored"


def test_a_column_that_is_absent_or_not_imported_changes_nothing(support: Staff, alice: Contact) -> None:
    file = "E-Mail;Phone;Given name;Notes\nalice@example.com;12;Alicia;\n"
    page = check(support, file)
    text = page.content.decode()
    assert "Not imported: <strong>Phone, Given name</strong>" in text
    assert "An empty cell, and a column that is not imported, keep the stored value." in text
    assert counts(page) == {"unchanged": 1}
    page = check(support, file, column=["email", "", "name", "notes"])
    assert "<td>name</td><td>Alice</td><td>Alicia</td>" in page.content.decode()
    assert stored() == {"alice@example.com": ("Alice", "Old notes")}
    import_file(support, file, column=["email", "", "name", ""])
    assert stored() == {"alice@example.com": ("Alicia", "Old notes")}
    import_file(support, "email\nalice@example.com\n")
    assert stored() == {"alice@example.com": ("Alicia", "Old notes")}


@pytest.mark.parametrize("columns", [["", ""], ["email", "email"], ["email"], ["email", "org"]])
def test_a_file_without_an_email_column_asks_for_one(support: Staff, acme: Org, columns: list[str]) -> None:
    file = "Who,Where\nBob,bob@example.com\n"
    page = check(support, file)
    assert ("Choose one column for email." in page.content.decode(), chosen(page)) == (True, ["", ""])
    page = check(support, file, **confirmed(page, column=columns))
    assert "Choose " in page.context_data["columns_error"]
    assert stored() == {}
    import_file(support, file, column=["name", "email"])
    assert stored() == {"bob@example.com": ("Bob", "")}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbfemail,name\r\nbob@example.com,Bob\r\n", {"created": 1}),
        (b"email,name\nbob@example.com,J\xfcrgen\n", {"rejected": 1}),
        (b"email,name\nbob@example.com,a\x00b\n", {"rejected": 1}),
        (b'email,name\n"bob@example.com,Bob\n', {"rejected": 1}),
        (b"email,name\nbob@example.com," + b"x" * 200_000 + b"\n", {"rejected": 1}),
        (b"email\n", {}),
        (b"email" + b",x" * 5_000 + b"\nbob@example.com" + b",1" * 5_000 + b"\n", None),
        (b"\xff\xfee\x00m\x00a\x00i\x00l\x00\n\x00", None),
        (b'"email\nbob@example.com\n', None),
        (b"email" * 50_000, None),
        (b"PK\x03\x04 is no archive", None),
    ],
)
def test_hostile_files(support: Staff, acme: Org, content: bytes, expected: dict[str, int] | None) -> None:
    """None: the page shows an error or asks for the columns."""
    page = check(support, content)
    assert page.status_code == 200
    if expected is None:
        assert "result" not in page.context_data
        assert "errornote" in page.content.decode()
    else:
        assert counts(page) == expected
        import_file(support, content)
    assert set(stored()) == ({"bob@example.com"} if expected == {"created": 1} else set())


def test_a_workbook_is_imported(support: Staff, alice: Contact) -> None:
    """The first sheet. Numbers and empty rows are as a spreadsheet stores them."""
    page = import_file(
        support,
        workbook(
            ["E-Mail", "Name", "Notes"], [], ["alice@example.com", None, 12.0], ["bob@example.com", "Zoë", "=1+1"]
        ),
    )
    assert counts(page) == {"created": 1, "updated": 1}
    assert stored() == {"alice@example.com": ("Alice", "12"), "bob@example.com": ("Zoë", "")}, "no formula"


def test_a_workbook_that_unpacks_to_more_is_refused(support: Staff, acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hindsight.text.xlsx.MAX_UNZIPPED_BYTES", 1_000)
    page = check(support, workbook(["email"], ["bob@example.com"]))
    assert "The workbook has more than" in page.content.decode()
    assert "result" not in page.context_data


def test_a_contact_of_another_org_is_not_changed(support: Staff, alice: Contact, globex: Org) -> None:
    import_file(support, CSV, org="globex")
    alice.refresh_from_db()
    assert (alice.name, Contact.objects.for_org(globex.pk).count()) == ("Alice", 2)


def test_an_erased_contact_stays_erased(support: Staff, alice: Contact) -> None:
    sent = confirmed(check(support, CSV))
    erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=Actor(ActorKind.STAFF, "root"))
    check(support, CSV, **sent)
    alice.refresh_from_db()
    assert (alice.name, alice.notes) == ("", "")


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_an_exported_file_is_imported_unchanged(support: Staff, acme: Org, file_format: str) -> None:
    texts = ["=1+1", "'=1+1", "''-x", "a;=b", "a, '-b", '{"a": "-1", "b": ";\'=x"}', "@x\t+y", "plain", "'quoted"]
    for number, text in enumerate(texts):
        ContactFactory.create(org=acme, email=f"c{number}@example.com", name="Jane", notes=text)
    page = check(support, exported(support, "contacts_contact", file_format))
    assert counts(page) == {"unchanged": len(texts)}


@pytest.mark.parametrize("role", ["read only", "account manager", "auditor"])
def test_other_roles_import_nothing(support: Staff, acme: Org, role: str) -> None:
    sent = confirmed(check(support, CSV))
    assert check(staff_of(role), CSV, **sent).status_code == 403
    assert stored() == {}
