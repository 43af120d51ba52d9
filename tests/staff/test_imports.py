"""Imports of contacts in the browser: columns, dry run, rejected rows, and the import."""

import csv
import re
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts import batches
from contacts.export import COLUMNS as EXPORTED_COLUMNS
from contacts.models import Contact
from hindsight.queue.lease import put
from hindsight.text.import_files import MAX_LINE_BYTES
from interviews.services.erasure import erase_contact
from jobs import work
from jobs.models import Chunk, Job, Part, State
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org, SecurityEvent
from staff.lists import imports
from tests.commands.running import run
from tests.factories import ContactFactory
from tests.staff.conftest import Staff, staff_of
from tests.staff.test_exports import JOBS, downloaded, run_jobs, start
from tests.working import leased

pytestmark = pytest.mark.django_db

CSV = "email,name,notes\nbob@example.com,Bob,Met in May\nalice@example.com,Alice Renamed,\n"


def upload(staff: Staff, content: str | bytes, org: str = "acme", **data: str) -> Any:
    file = SimpleUploadedFile("any.csv", content.encode() if isinstance(content, str) else content)
    return staff.post("contacts_contact_import", **{"org": org, "file": file, "encoding": "utf-8", **data})


def confirm(staff: Staff, job: Job) -> None:
    """As a person who changes nothing on the page after the upload, and runs the dry run."""
    page = staff.get("jobs_job_change", job.pk)
    chosen = re.findall(r'<select name="column".*?</select>', page.content.decode(), re.DOTALL)
    columns = ["".join(re.findall(r"<option selected>(.*?)</option>", select)) for select in chosen]
    staff.post("jobs_job_check", job.pk, column=columns)
    run_jobs()
    job.refresh_from_db()


def checked(staff: Staff, content: str | bytes) -> Job:
    """After the dry run."""
    upload(staff, content)
    job = Job.objects.latest("pk")
    confirm(staff, job)
    return job


def page_of(staff: Staff, job: Job) -> str:
    content: str = staff.get("jobs_job_change", job.pk).content.decode()
    return content


def stored() -> dict[str, tuple[str, str]]:
    return {contact.email: (contact.name, contact.notes) for contact in Contact.objects.all()}


def test_a_dry_run_stores_nothing_and_the_import_does_what_it_counted(support: Staff, alice: Contact) -> None:
    job = checked(support, CSV)
    assert (job.state, job.org, job.counts) == (State.FINISHED, alice.org, {"created": 1, "updated": 1})
    assert stored() == {"alice@example.com": ("Alice", "Old notes")}
    assert "Import 2 contacts" in page_of(support, job)
    assert not SecurityEvent.objects.filter(kind="import").exists()

    support.post("jobs_job_run", job.pk)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, job.counts) == (State.FINISHED, 2, {"created": 1, "updated": 1})
    assert stored() == {
        "alice@example.com": ("Alice Renamed", "Old notes"),
        "bob@example.com": ("Bob", "Met in May"),
    }
    assert [(change.actor_kind, change.actor) for change in Change.objects.of(alice)] == [("staff", "sue")]
    event = SecurityEvent.objects.get(kind="import")
    assert (event.actor, event.org, event.subject, event.detail) == ("sue", "acme", str(job.pk), "Rows: 2.")
    assert not Chunk.objects.exists(), "the file is deleted"
    assert support.post("jobs_job_run", job.pk).status_code == 404, "an import runs once"


def test_rejected_rows_are_shown_and_downloaded(support: Staff, acme: Org) -> None:
    job = checked(support, "email,name\nno address,Bob\n=1+1,x\ngood@example.com,Good\nGOOD@example.com,Again\n")
    assert job.counts == {"created": 1, "rejected": 3}
    page = page_of(support, job)
    assert "Line 4 has the same address" in page
    assert "Import 1 contact<" in page
    rows = list(csv.DictReader(StringIO(downloaded(support, job).removeprefix("\ufeff"), newline="")))
    assert [row["line"] for row in rows] == ["", "", "2", "3", "5"]
    assert rows[2]["reason"] == "email: Send an email address, such as jane.smith@example.com."


def test_of_many_rejected_rows_the_first_are_listed_and_the_others_counted(support: Staff, acme: Org) -> None:
    job = checked(support, "email,name\n" + "x\n" * 2_500 + "good@example.com,Good\n" + "x\n" * 234)
    assert job.counts == {"created": 1, "rejected": 2_734, "unlisted": 1_734}
    page = page_of(support, job)
    assert page.count("The header has 2 columns") == 100
    assert "and 2,634 more rows with errors" in page
    assert "and 1,734 more rows with errors" in page, "the file has the first thousand"
    rows = list(csv.reader(StringIO(downloaded(support, job))))
    assert [row[0] for row in rows if row[1]][1000] == "1001"
    assert [row[:2] for row in rows if row[1]][1001:] == [["", "and 1,734 more rows with errors"]]
    assert stored_output(job) < 70_000


def test_the_count_of_further_rows_is_written_once(support: Staff, acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is killed after the last step, so another one repeats the end of the job."""
    monkeypatch.setattr(imports, "MAX_LISTED", 2)
    job = checked(support, "email,name\n" + "x\n" * 5)
    size = stored_output(job)
    put(Job.objects.filter(pk=job.pk), state=State.WAITING)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, stored_output(job), job.output_bytes) == (State.FINISHED, size, size)
    assert job.counts == {"rejected": 5, "unlisted": 3}


def stored_output(job: Job) -> int:
    return sum(len(data) for data in job.read(Part.OUTPUT))


def test_a_row_over_many_lines_is_limited(support: Staff, acme: Org) -> None:
    """In each line a quoted cell begins, so the CSV reader would collect the whole file as cells of one row."""
    lines = MAX_LINE_BYTES // len(b'"a\n",') + 10
    job = checked(support, b"email,name\n" + b'"a\n",' * lines + b'"\ngood@example.com,Good\n')
    assert (job.state, job.counts["created"]) == (State.FINISHED, 1)
    error = imports.errors(job)[0]
    assert (error["line"], error["reason"]) == ("2", "Invalid CSV row: it is longer than 1,048,576 bytes.")
    assert "Choose the columns" not in page_of(support, job), "the first row is not shown"


NAMES = "email;Größe;name\nzoe@example.com;klein;Zoë „Löw“ €\n"


def test_a_file_that_excel_saved_in_windows_1252_is_imported(support: Staff, acme: Org) -> None:
    file = NAMES.encode("cp1252")
    refused = upload(support, file).content.decode()
    assert "not in UTF-8. If Excel has saved it as CSV, choose the encoding Windows-1252" in refused
    assert "“CSV UTF-8”" in refused
    upload(support, file, encoding="cp1252")
    job = Job.objects.latest("pk")
    confirm(support, job)
    assert job.options["header"] == ["email", "Größe", "name"]
    support.post("jobs_job_run", job.pk)
    run_jobs()
    assert stored() == {"zoe@example.com": ("Zoë „Löw“ €", "")}


def test_a_file_in_windows_1252_arrives_in_pieces(support: Staff, acme: Org) -> None:
    file = NAMES.encode("cp1252")
    page = upload(support, file[:9], encoding="cp1252", size=str(len(file)))
    job = Job.objects.latest("pk")
    assert page.headers["Location"] == f"/admin/jobs/job/{job.pk}/change/"
    rest = SimpleUploadedFile("any.csv", file[9:])
    assert support.post("jobs_job_upload", job.pk, offset="9", file=rest).status_code == 204
    confirm(support, job)
    assert (job.options["header"], job.counts) == (["email", "Größe", "name"], {"created": 1})


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (NAMES.encode(), "The file is in UTF-8. Choose the encoding UTF-8"),
        (NAMES.encode("utf-8-sig"), "The file is in UTF-8. Choose the encoding UTF-8"),
        (b"email;name\nbob@example.com;B\xe9\x81\n", "The file is not in Windows-1252."),
    ],
)
def test_a_wrong_encoding_is_refused_and_nothing_is_kept(support: Staff, acme: Org, file: bytes, message: str) -> None:
    assert message in upload(support, file, encoding="cp1252").content.decode()
    assert not Job.objects.exists()


def test_columns_are_guessed_and_can_be_chosen(support: Staff, acme: Org) -> None:
    job = checked(support, "E-Mail;First name;Last name;Phone\nbob@example.com;Bob;Builder;12\n")
    assert job.options["columns"] == ["email", "name", "name", ""]
    support.post("jobs_job_check", job.pk, column=["email", "notes", "name", "notes"])
    run_jobs()
    support.post("jobs_job_run", job.pk)
    run_jobs()
    assert stored() == {"bob@example.com": ("Builder", "Bob\n12")}


def test_a_person_confirms_the_columns(support: Staff, alice: Contact) -> None:
    upload(support, "E-Mail;Phone;Given name;Notes\nalice@example.com;12;Alicia;\n")
    job = Job.objects.get()
    assert (job.state, leased(JOBS)) == (State.DRAFT, []), "no dry run before"
    page = page_of(support, job)
    assert "Not imported: <strong>Phone, Given name</strong>" in page
    assert [page.count(f"<option selected>{field}</option>") for field in ("email", "name", "notes")] == [1, 0, 1]
    assert page.count('<option value="">do not import</option>') == 4
    support.post("jobs_job_check", job.pk, column=["email", "", "name", "notes"])
    run_jobs()
    page = page_of(support, job)
    assert "Not imported: Phone." in page
    assert "An empty cell, and a column that is not imported, keep the stored value." in page
    assert imports.changes(Job.objects.get()) == [
        {"line": "", "reason": "", "row": "alice@example.com", "field": "name", "before": "Alice", "after": "Alicia"}
    ]
    assert "<td>name</td><td>Alice</td><td>Alicia</td>" in page
    assert stored() == {"alice@example.com": ("Alice", "Old notes")}


def test_jobs_of_the_release_before_are_shown(support: Staff, alice: Contact) -> None:
    job = checked(support, CSV)
    job.chunks.filter(part=Part.OUTPUT).delete()
    job.append(Part.OUTPUT, b"line,reason\r\n2,email: Wrong.\r\n")
    Job.objects.filter(pk=job.pk).update(counts={"updated": 1, "rejected": 1})
    assert "email: Wrong." in page_of(support, job)
    del job.options["columns"]
    Job.objects.filter(pk=job.pk).update(state=State.DRAFT, options=job.options)
    assert page_of(support, job).count('<select name="column"') == 3


def test_values_are_shown_as_they_are_stored(support: Staff, alice: Contact) -> None:
    Contact.objects.update(notes="'=1+1")
    job = checked(support, "email,notes\nalice@example.com,-3\n")
    assert [(change["before"], change["after"]) for change in imports.changes(job)] == [("'=1+1", "-3")]
    assert "<td>&#x27;=1+1</td><td>-3</td>" in page_of(support, job)
    support.user.groups.clear()
    assert "<td>-3</td>" not in page_of(support, job)


def test_of_many_changed_rows_the_first_are_shown_and_the_others_counted(
    support: Staff, alice: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "SHOWN_ROWS", 3)
    monkeypatch.setattr(batches, "MAX_ROWS", 2)
    rows = "".join(f"c{number}@example.com,Name {number}\n" for number in range(5))
    job = checked(support, f"email,notes\nalice@example.com,{'x' * 500}\n{rows}")
    changes = imports.changes(job)
    assert list(dict.fromkeys(change["row"] for change in changes)) == [
        "alice@example.com",
        "c0@example.com",
        "c1@example.com",
    ]
    assert changes[0]["after"] == "x" * 200 + "…"
    assert (changes[1]["field"], changes[1]["before"]) == ("email", "(new)")
    assert "… and 3 more contacts." in page_of(support, job)
    support.post("jobs_job_run", job.pk)
    run_jobs()
    job.refresh_from_db()
    assert imports.changes(job) == []
    assert "and 3 more contacts" not in page_of(support, job)


def test_a_file_without_an_email_column_asks_for_one(support: Staff, acme: Org) -> None:
    job = checked(support, "Who,Where\nBob,bob@example.com\n")
    assert job.state == State.DRAFT
    assert "Choose the columns" in page_of(support, job)
    for columns in (["", ""], ["email", "email"], ["email"], ["email", "org"]):
        support.post("jobs_job_check", job.pk, column=columns)
        assert leased(JOBS) == []
    support.post("jobs_job_check", job.pk, column=["name", "email"])
    run_jobs()
    job.refresh_from_db()
    assert job.counts == {"created": 1}


@pytest.mark.parametrize(
    ("content", "counts"),
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
    ],
)
def test_hostile_files(support: Staff, acme: Org, content: bytes, counts: dict[str, int] | None) -> None:
    """None: nothing runs, and the page shows an error or asks for the columns."""
    response = upload(support, content)
    job = Job.objects.first()
    if job:
        confirm(support, job)
    if counts is None:
        assert job is None or job.state == State.DRAFT
        assert response.status_code == 200 or page_of(support, Job.objects.get())
    else:
        assert job is not None
        assert (job.state, job.counts) == (State.FINISHED, counts)
        assert page_of(support, job)


def test_a_large_file_arrives_in_pieces(support: Staff, acme: Org) -> None:
    content = CSV.encode()
    upload(support, content[:10], size=str(len(content)))
    job = Job.objects.get()
    assert "The upload was not completed" in page_of(support, job)

    def send(offset: int, piece: bytes) -> int:
        file = SimpleUploadedFile("any.csv", piece)
        status: int = support.post("jobs_job_upload", job.pk, offset=str(offset), file=file).status_code
        return status

    assert send(11, content[11:]) == 409
    assert send(10, content[10:] + b"more") == 409
    assert send(10, content[10:30]) == 204
    assert send(30, content[30:]) == 204
    assert send(len(content), b"more") == 409
    confirm(support, job)
    assert send(len(content), b"more") == 404, "it is complete, and the dry run has begun"
    assert job.counts == {"created": 2}


def test_the_size_is_limited(support: Staff, acme: Org) -> None:
    response = upload(support, CSV, size=str(imports.MAX_UPLOAD_BYTES + 1))
    assert f"at most {imports.MAX_UPLOAD_BYTES // 2**20} MiB" in response.content.decode()
    assert not Job.objects.exists()


def test_the_org_is_one_that_its_name_or_slug_says(support: Staff, acme: Org, globex: Org) -> None:
    ContactFactory.create(org__name="Acme Europe")
    assert "No org matches." in upload(support, CSV, org="nobody").content.decode()
    assert "Several orgs match." in upload(support, CSV, org="cme").content.decode()
    assert not Job.objects.exists()
    for text in ("ACME", "Acme (acme)"):
        upload(support, CSV, org=text)
        assert Job.objects.latest("pk").org == acme


def test_an_import_goes_on_after_a_killed_worker(support: Staff, acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    """In slices of one batch. The counts are those of one run."""
    monkeypatch.setattr(work, "SLICE_SECONDS", -1)
    monkeypatch.setattr(batches, "MAX_ROWS", 2)
    lines = [f"c{number}@example.com,Name {number}" for number in range(7)]
    lines.insert(3, "no address,x")
    job = checked(support, "\n".join(["email,name", *lines, lines[0]]))
    assert (job.done, job.counts) == (9, {"created": 7, "rejected": 2})
    support.post("jobs_job_run", job.pk)
    [claimed] = leased(JOBS)
    assert work._advance(claimed, next(imports._steps(claimed)))
    put(Job.objects.filter(pk=job.pk), state=State.WAITING)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, job.counts) == (State.FINISHED, 9, {"created": 7, "rejected": 2})
    assert Contact.objects.count() == 7
    assert [error["line"] for error in imports.errors(job)] == ["5", "10"]


def test_an_exported_file_is_imported_unchanged(support: Staff, acme: Org) -> None:
    texts = ["=1+1", "'=1+1", "''-x", "a;=b", "a, '-b", '{"a": "-1", "b": ";\'=x"}', "@x\t+y", "plain", "'quoted"]
    for number, text in enumerate(texts):
        ContactFactory.create(org=acme, email=f"c{number}@example.com", name="Jane", notes=text)
    job = start(support, "contacts_contact")
    run_jobs()
    exported = downloaded(support, job)
    job = checked(support, exported)
    assert job.counts == {"unchanged": len(texts)}


def test_an_exported_file_may_have_been_saved_with_semicolons(support: Staff, acme: Org) -> None:
    cells = dict.fromkeys(EXPORTED_COLUMNS, "") | {"email": "zoe@example.com", "notes": "Met, in May"}
    job = checked(support, f"{';'.join(cells)}\n{';'.join(cells.values())}\n")
    assert job.counts == {"created": 1}


def test_the_command_reads_an_exported_file(support: Staff, alice: Contact, tmp_path: Any) -> None:
    Contact.objects.update(notes="=1+1")
    job = start(support, "contacts_contact")
    run_jobs()
    (tmp_path / "x.csv").write_text(downloaded(support, job))
    assert run("import_contacts", tmp_path / "x.csv", "--org", "acme").startswith("created 0, updated 0, unchanged 1")


def test_an_erasure_deletes_an_upload_of_its_org(support: Staff, alice: Contact) -> None:
    job = checked(support, CSV)
    erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=Actor(ActorKind.STAFF, "root"))
    assert not Chunk.objects.filter(job=job, part=Part.INPUT).exists()
    assert support.post("jobs_job_run", job.pk).status_code == 404
    assert "The file was deleted" in page_of(support, job)


@pytest.mark.parametrize("role", ["read only", "account manager", "auditor"])
def test_other_roles_import_nothing(support: Staff, acme: Org, role: str) -> None:
    job = checked(support, CSV)
    other = staff_of(role)
    assert upload(other, CSV).status_code == 403
    for page in ("upload", "check", "run"):
        assert other.post(f"jobs_job_{page}", job.pk).status_code == 403
        assert support.get(f"jobs_job_{page}", job.pk).status_code == 403, "a GET changes nothing"
    assert Job.objects.count() == 1
    assert not Contact.objects.exists()
