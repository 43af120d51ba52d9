"""Erasures and purges in transactions at the same time as exports. SQLite has one writer at a time."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from contacts.models import Contact
from interviews.services.erasure import erase_contact
from jobs import work
from jobs.models import Chunk, Job, State
from jobs.services import purge_jobs
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from staff.lists import exports
from staff.lists.exports import start_export
from tests.factories import ContactFactory
from tests.transactions import uncommitted, waiting_for
from tests.working import leased, work_off

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL"),
]

JOBS = "exports and imports"
OPERATOR = Actor(ActorKind.STAFF, "root")


def start(org: Org) -> Job:
    owner = User.objects.create(username="sue")
    return start_export(kind="export_contacts", rows=Contact.objects.for_org(org.pk), owner=owner, file_format="csv")


def test_an_export_that_begins_during_an_erasure_keeps_no_file(acme: Org) -> None:
    """It reads the texts that the erasure has not removed yet."""
    contact = ContactFactory.create(org=acme, notes="Secret notes")
    with uncommitted(lambda: erase_contact(org_id=acme.pk, contact_id=contact.pk, actor=OPERATOR)) as commit:
        job = start(acme)
        assert work_off(JOBS) == 1
        assert any(b"Secret notes" in bytes(data) for data in Chunk.objects.values_list("data", flat=True))
        commit()
    job.refresh_from_db()
    assert job.state == State.WITHDRAWN
    assert not Chunk.objects.exists()


def test_a_purge_waits_for_the_step_of_an_expired_export(acme: Org) -> None:
    ContactFactory.create(org=acme)
    start(acme)
    Job.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    [job] = leased(JOBS)
    [step] = exports._steps(job)

    assert waiting_for(lambda: work._advance(job, step), purge_jobs).result() == 1
    assert not Job.objects.exists()
    assert not Chunk.objects.exists()
