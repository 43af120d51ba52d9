"""What the release before has stored is deleted with the org's data, or when it has expired."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from jobs.models import Chunk, Job, Part
from jobs.services import purge_jobs, withdraw_jobs
from orgs.models import Org

pytestmark = pytest.mark.django_db


def job_of(org: Org | None, days: int = 7) -> Job:
    [owner, _] = User.objects.get_or_create(username="sue")
    expires_at = timezone.now() + timedelta(days)
    job: Job = Job.objects.create(kind="export_contacts", owner=owner, org=org, expires_at=expires_at)
    Chunk.objects.create(job=job, part=Part.OUTPUT, number=0, data=b"alice")
    return job


def test_an_erasure_deletes_the_files_that_may_have_texts_of_the_org(acme: Org, globex: Org) -> None:
    job_of(acme), job_of(None)
    theirs = job_of(globex)
    withdraw_jobs(org_id=acme.pk)
    assert (Job.objects.get(), Chunk.objects.get().job) == (theirs, theirs)


def test_a_purge_deletes_what_has_expired(acme: Org) -> None:
    job_of(acme, days=-1)
    kept = job_of(acme)
    assert (purge_jobs(dry_run=True), Job.objects.count()) == (1, 2)
    assert purge_jobs() == 1
    assert (Job.objects.get(), Chunk.objects.get().job) == (kept, kept)
