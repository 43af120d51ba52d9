"""Exports with processes of run_worker, and their files from a live server."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from hindsight.queue.models import Heartbeat
from interviews.models import InterviewRequest
from jobs.models import Job, Part, State
from orgs.models import Org
from staff.lists.exports import start_export
from tests.commands.running import run
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory
from tests.hindsight.test_xlsx import rows_of
from tests.live.client import get_page
from tests.live.conftest import StartWorker
from tests.working import work_off
from tools.harness.processes import eventually
from tools.harness.web import Server

ROWS = 3_000


@pytest.fixture
def export(acme: Org, database_url: str) -> Job:
    contact: Contact = ContactFactory.create(org=acme, notes="x" * 2_000)
    interview_type = InterviewTypeFactory.create(org=acme)
    InterviewRequest.objects.bulk_create(
        InterviewRequest(org=acme, contact=contact, interview_type=interview_type, objective=f"Objective {number}")
        for number in range(ROWS)
    )
    owner = User.objects.create(username=f"sue-{acme.slug}")
    rows = InterviewRequest.objects.for_org(acme.pk)
    return start_export(kind="export_interviews", rows=rows, owner=owner, file_format="csv")


def test_a_killed_workers_export_goes_on_and_is_complete(acme: Org, export: Job, start_worker: StartWorker) -> None:
    worker = start_worker()
    assert eventually(lambda: Job.objects.filter(pk=export.pk, done__gt=0).exists(), seconds=60)
    worker.kill()
    worker.wait()
    export.refresh_from_db()
    assert export.state == State.RUNNING
    assert 0 < export.done < ROWS
    Job.objects.update(leased_until=timezone.now())  # as if the lease had expired
    start_worker()
    assert eventually(lambda: Job.objects.filter(pk=export.pk, state=State.FINISHED).exists(), seconds=60)
    export.refresh_from_db()
    assert (export.done, export.crashes) == (ROWS, 1)
    written = b"".join(export.read(Part.OUTPUT)).decode()
    assert written == run("export_interviews", "--org", acme.slug, "--format", "csv")


def test_a_worker_that_has_ended_is_not_counted(database_url: str, start_worker: StartWorker) -> None:
    worker = start_worker()
    before = set(Heartbeat.objects.values_list("name", flat=True))
    assert eventually(lambda: bool(set(Heartbeat.objects.values_list("name", flat=True)) - before), seconds=60)
    started = set(Heartbeat.objects.values_list("name", flat=True)) - before
    worker.terminate()
    assert worker.wait(30) == 0
    assert not Heartbeat.objects.filter(name__in=started).exists()


def test_a_workbook_of_many_rows_is_complete(acme: Org, interview_request: InterviewRequest, server: Server) -> None:
    """Its compressor returns nothing for the first parts."""
    rows = 400
    InterviewRequestFactory.create_batch(rows - 1, org=acme, contact=interview_request.contact)
    owner = User.objects.create(username=f"sue-{acme.slug}", is_staff=True, is_superuser=True)
    selected = InterviewRequest.objects.for_org(acme.pk)
    job = start_export(kind="export_interviews", rows=selected, owner=owner, file_format="xlsx")
    work_off("exports and imports")
    client = Client()
    client.force_login(owner)
    response = get_page(
        server, f"/admin/jobs/job/{job.pk}/download/", Cookie=f"sessionid={client.cookies['sessionid'].value}"
    )
    assert response.status_code == 200
    assert len(rows_of(response.content)) == 1 + rows
