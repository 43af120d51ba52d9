"""Exports of lists: who starts and downloads them, what is in them, and how they end."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from hindsight.queue.heartbeats import record_heartbeat
from interviews.models import InterviewRequest
from interviews.services.erasure import erase_contact
from interviews.services.transitions import complete_interview
from jobs import work
from jobs.models import Chunk, Job, Part, State
from jobs.services import KEPT
from orgs.actors import Actor, ActorKind
from orgs.models import Org, SecurityEvent
from staff.lists import exports
from tests.commands.running import run
from tests.completed import complete
from tests.factories import ContactFactory, InterviewRequestFactory
from tests.hindsight.test_xlsx import rows_of
from tests.staff.conftest import Staff, staff_of
from tests.working import leased, work_off

pytestmark = pytest.mark.django_db

INTERVIEWS = "interviews_interviewrequest"
JOBS = "exports and imports"
DRIVERS = "export_drivers"


def start(staff: Staff, page: str = INTERVIEWS, file_format: str = "csv", **query: str) -> Job:
    """Presses a button of "Export this list"."""
    url = staff.get(f"{page}_export", **query).request
    response = staff.client.post(f"{url['PATH_INFO']}?{url['QUERY_STRING']}", {"format": file_format})
    job = Job.objects.latest("pk")
    assert response.headers["Location"] == f"/admin/jobs/job/{job.pk}/change/"
    return job


def run_jobs() -> None:
    work_off(JOBS)


def downloaded(staff: Staff, job: Job) -> str:
    response = staff.get("jobs_job_download", job.pk)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert response.headers["Content-Length"] == str(len(content))
    return content.decode()


def test_the_filtered_list_is_exported_as_the_command_does(
    support: Staff, interview_request: InterviewRequest, globex: Org
) -> None:
    InterviewRequestFactory.create(org=globex)
    complete_interview(interview_request, content="**Paige:** Why?\n\n**Alice:** =Price.")
    for file_format in ("csv", "jsonl"):
        job = start(support, file_format=file_format, org="acme")
        assert (job.state, job.total, job.org) == (State.WAITING, 1, interview_request.org)
        run_jobs()
        expected = run("export_interviews", "--org", "acme", "--format", file_format)
        assert downloaded(support, job) == expected
        job.refresh_from_db()
        assert (job.state, job.done, job.owner) == (State.FINISHED, 1, support.user)


def test_drivers_are_rows_of_their_own(support: Staff, interview_request: InterviewRequest, globex: Org) -> None:
    """With the outcome of the deal, also in a workbook. Interviews without drivers have no row."""
    Deal.objects.create(org=interview_request.org, deal_id="deal_1", outcome="lost")
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="deal_1")
    InterviewRequestFactory.create(org=globex)
    complete(InterviewRequest.objects.get(pk=interview_request.pk), [("pricing", "The price of Acme was too high.")])
    for file_format in ("csv", "jsonl", "xlsx"):
        support.client.post(f"/admin/{INTERVIEWS.replace('_', '/')}/export/", {"format": file_format, "kind": DRIVERS})
        run_jobs()
        response = support.get("jobs_job_download", Job.objects.latest("pk").pk)
        content = b"".join(response.streaming_content)
        if file_format == "xlsx":
            header, row = rows_of(content)
            found = dict(zip(header, row, strict=True))
        elif file_format == "csv":
            [found] = csv.DictReader(StringIO(content.decode().removeprefix("\ufeff"), newline=""))
        else:
            found = json.loads(content)
        assert (found["org"], found["outcome"], found["direction"]) == ("acme", "lost", "against")
        assert found["quote"] == "The price of Acme was too high."
    assert support.client.post(f"/admin/{INTERVIEWS.replace('_', '/')}/export/", {"kind": "other"}).status_code == 400


def test_the_rows_are_those_of_the_list_when_the_export_began(support: Staff, alice: Contact) -> None:
    first = InterviewRequestFactory.create(org=alice.org, contact=alice)
    job = start(support, file_format="jsonl", status__exact="created")
    InterviewRequestFactory.create(org=alice.org, contact=alice)
    complete_interview(first, content="**Paige:** Why?")
    run_jobs()
    [record] = map(json.loads, downloaded(support, job).splitlines())
    assert (record["interview_request_id"], record["status"]) == (first.pk, "completed")


def test_selected_rows_are_exported(support: Staff, alice: Contact) -> None:
    rows = InterviewRequestFactory.create_batch(3, org=alice.org, contact=alice)
    selected = [rows[0].pk, rows[2].pk]
    data: dict[str, Any] = {"action": "export_jsonl", "_selected_action": selected}
    support.post(f"{INTERVIEWS}_changelist", **data)
    run_jobs()
    records = map(json.loads, downloaded(support, Job.objects.get()).splitlines())
    assert [record["interview_request_id"] for record in records] == selected


@pytest.mark.parametrize("page", [INTERVIEWS, "contacts_contact"])
def test_selected_rows_are_exported_as_a_workbook(support: Staff, alice: Contact, page: str) -> None:
    rows = InterviewRequestFactory.create_batch(2, org=alice.org, contact=alice)
    selected = rows[1].pk if page == INTERVIEWS else alice.pk
    actions = support.get(f"{page}_changelist").context_data["action_form"].fields["action"].choices
    assert ("export_xlsx", "Export as XLSX") in actions
    data: dict[str, Any] = {"action": "export_xlsx", "_selected_action": [selected]}
    support.post(f"{page}_changelist", **data)
    job = Job.objects.get()
    assert (job.options, job.total) == ({"format": "xlsx"}, 1)
    run_jobs()
    header, row = rows_of(b"".join(support.get("jobs_job_download", job.pk).streaming_content))
    expected = ("interview_request_id", str(selected)) if page == INTERVIEWS else ("contact_id", alice.public_id)
    assert expected in zip(header, row, strict=True)


def test_contacts_are_exported_without_formulas(support: Staff, acme: Org) -> None:
    ContactFactory.create(org=acme, email="bob@example.com", name="=cmd|'/C calc'!A0", notes='{"a": "-1"}')
    job = start(support, "contacts_contact")
    run_jobs()
    [row] = csv.DictReader(StringIO(downloaded(support, job).removeprefix("\ufeff"), newline=""))
    assert (row["org"], row["email"], row["name"]) == ("acme", "bob@example.com", "'=cmd|'/C calc'!A0")


def test_an_export_goes_on_after_its_last_step(support: Staff, alice: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
    """In slices of one step, the third of which fails until the job is continued."""
    monkeypatch.setattr(work, "SLICE_SECONDS", -1)
    monkeypatch.setattr(exports, "ROWS_PER_STEP", 2)
    monkeypatch.setattr(exports, "IDS_PER_CHUNK", 3)
    InterviewRequestFactory.create_batch(7, org=alice.org, contact=alice)
    job = start(support)
    write = exports._write
    with monkeypatch.context() as patch:
        patch.setattr(exports, "_write", lambda job, ids: write(job, ids) if job.done < 3 else 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done) == (State.FAILED, 3)
    assert "It stopped because of an error" in support.get("jobs_job_change", job.pk).content.decode()
    support.post("jobs_job_continue", job.pk)
    run_jobs()
    assert downloaded(support, job) == run("export_interviews", "--org", "acme", "--format", "csv")


def test_a_killed_workers_export_is_run_again_but_not_for_ever(
    support: Staff, interview_request: InterviewRequest
) -> None:
    job = start(support)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for crashes in range(work.MAX_CRASHES):
            assert leased(JOBS) == [job]
            clock.shift(work.LEASE - timedelta(seconds=1))
            assert leased(JOBS) == [], "its lease has not expired"
            clock.shift(timedelta(seconds=1))
            job.refresh_from_db()
            assert (job.state, job.crashes) == (State.RUNNING, crashes)
        assert leased(JOBS) == []
    job.refresh_from_db()
    assert (job.state, job.crashes) == (State.FAILED, work.MAX_CRASHES)


def test_one_job_of_an_org_runs_at_a_time(support: Staff, interview_request: InterviewRequest, globex: Org) -> None:
    InterviewRequestFactory.create(org=globex)
    first, second, other, both = (start(support, **query) for query in [{"org": "acme"}] * 2 + [{"org": "globex"}, {}])
    assert {*leased(JOBS)} == {first, other, both}
    work.run_job(Job.objects.get(pk=first.pk))
    assert leased(JOBS) == [second]


def test_only_the_owner_and_superusers_download(
    support: Staff, root: Staff, interview_request: InterviewRequest
) -> None:
    job = start(support)
    run_jobs()
    other = staff_of("support", "tom")
    for page in ("change", "download", "continue"):
        assert other.get(f"jobs_job_{page}", job.pk).status_code in (403, 404), page
    assert str(job) not in other.get("jobs_job_changelist").content.decode()
    assert downloaded(root, job)
    support.user.groups.set(Group.objects.filter(name="auditor"))
    assert support.get("jobs_job_download", job.pk).status_code == 403
    events = SecurityEvent.objects.filter(kind="export").order_by("pk")
    assert [(event.actor, event.org, event.subject, event.detail) for event in events] == [
        ("sue", "acme", str(job.pk), "interview requests: 1, csv."),
        ("root", "acme", str(job.pk), "Downloaded."),
    ]


def test_a_file_follows_the_assignment(acme: Org, globex: Org, interview_request: InterviewRequest) -> None:
    """No role of the table exports own orgs only, but a group of a superuser's could."""
    InterviewRequestFactory.create(org=globex)
    manager = staff_of("account manager")
    manager.user.user_permissions.set(Permission.objects.filter(codename__in=("view_job", "export_lists")))
    acme.account_managers.add(manager.user)
    job = start(manager)
    run_jobs()
    [row] = csv.DictReader(StringIO(downloaded(manager, job)))
    assert str(interview_request.pk) in row.values()
    acme.account_managers.clear()
    assert manager.get("jobs_job_download", job.pk).status_code == 403
    assert manager.post("jobs_job_continue", job.pk).status_code == 403


@pytest.mark.parametrize("role", ["read only", "account manager", "auditor"])
def test_other_roles_start_no_export(role: str, interview_request: InterviewRequest) -> None:
    staff = staff_of(role)
    assert staff.post(f"{INTERVIEWS}_export", format="csv").status_code == 403
    data: dict[str, Any] = {"action": "export_csv", "_selected_action": [interview_request.pk]}
    staff.post(f"{INTERVIEWS}_changelist", **data)
    assert not Job.objects.exists()


def test_an_erasure_deletes_the_files_of_its_org(
    support: Staff, interview_request: InterviewRequest, globex: Org
) -> None:
    InterviewRequestFactory.create(org=globex)
    ours, theirs, both = (start(support, **query) for query in ({"org": "acme"}, {"org": "globex"}, {}))
    assert both.org is None
    run_jobs()
    waiting = start(support, org="acme")
    alice = interview_request.contact
    erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=Actor(ActorKind.STAFF, "root"))
    run_jobs()
    assert {job.pk: job.state for job in Job.objects.all()} == {
        ours.pk: State.WITHDRAWN,
        theirs.pk: State.FINISHED,
        both.pk: State.WITHDRAWN,
        waiting.pk: State.WITHDRAWN,
    }
    assert set(Chunk.objects.values_list("job", flat=True)) == {theirs.pk}
    assert support.get("jobs_job_download", ours.pk).status_code == 404
    assert "The file was deleted" in support.get("jobs_job_change", ours.pk).content.decode()


def test_a_step_after_an_erasure_writes_nothing(support: Staff, interview_request: InterviewRequest) -> None:
    start(support)
    [claimed] = leased(JOBS)
    [step] = exports._steps(claimed)
    alice = interview_request.contact
    erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=Actor(ActorKind.STAFF, "root"))
    assert not work._advance(claimed, step)
    assert not Chunk.objects.exists()


def test_an_expired_export_is_neither_downloaded_nor_kept(support: Staff, interview_request: InterviewRequest) -> None:
    job = start(support)
    run_jobs()
    call_command("purge", stdout=StringIO())
    assert Chunk.objects.filter(job=job, part=Part.OUTPUT).exists()
    with time_machine.travel(timezone.now() + KEPT + timedelta(seconds=1)):
        support.client.force_login(support.user)
        assert support.get("jobs_job_download", job.pk).status_code == 404
        call_command("purge", stdout=StringIO())
    assert not Job.objects.exists()
    assert not Chunk.objects.exists()


def test_the_page_says_that_no_worker_runs(support: Staff, interview_request: InterviewRequest) -> None:
    job = start(support)
    assert "No worker is running." in support.get("jobs_job_change", job.pk).content.decode()
    record_heartbeat("worker")
    page = support.get("jobs_job_change", job.pk).content.decode()
    assert "worker is running" not in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    with time_machine.travel(timezone.now() + timedelta(minutes=12)):
        assert "No worker has answered for 12 minutes." in support.get("jobs_job_change", job.pk).content.decode()
    run_jobs()
    page = support.get("jobs_job_change", job.pk).content.decode()
    assert "worker" not in page
    assert "refresh" not in page


def test_an_empty_list_is_not_exported(support: Staff) -> None:
    response = support.client.post("/admin/interviews/interviewrequest/export/", {"format": "csv"}, follow=True)
    assert "The list is empty." in response.content.decode()
    assert support.client.post("/admin/interviews/interviewrequest/export/", {"format": "xml"}).status_code == 400
    assert not Job.objects.exists()
