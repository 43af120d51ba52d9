"""An org cannot be deleted without its audit: a trigger on PostgreSQL, a foreign key on SQLite."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest
from django.db import IntegrityError, connection, transaction

from interviews.models import InterviewRequest
from interviews.services.erasure import delete_org
from interviews.services.update import update_interview_request
from interviews.text import Objective
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.transactions import uncommitted, waiting_sessions

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")

ROOT = Actor(ActorKind.STAFF, "root")


def update(row: InterviewRequest) -> None:
    update_interview_request(org_id=row.org_id, interview_request_id=row.pk, actor=ROOT, objective=Objective("New"))


@pytest.fixture
def org_with_changes(interview_request: InterviewRequest) -> Org:
    """Without interview requests, which `on_delete` protects."""
    update(interview_request)
    interview_request.delete()
    connection.check_constraints()
    return interview_request.org


def delete_and_commit(org: Org) -> None:
    Org.objects.get(pk=org.pk).delete()
    connection.check_constraints()  # a commit does it, too


def test_an_org_with_changes_is_not_deleted(org_with_changes: Org) -> None:
    with pytest.raises(IntegrityError, match="orgs_change"), transaction.atomic():
        delete_and_commit(org_with_changes)
    assert Org.objects.filter(pk=org_with_changes.pk).exists()
    assert Change.objects.for_org(org_with_changes.pk).exists()


def test_an_org_without_changes_is_deleted(org_with_changes: Org, globex: Org) -> None:
    delete_and_commit(globex)
    assert not Org.objects.filter(pk=globex.pk).exists()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_deletion_waits_for_an_uncommitted_change(interview_request: InterviewRequest) -> None:
    def delete() -> None:
        try:
            delete_org(org_id=interview_request.org_id, actor=ROOT)
        finally:
            connection.close()

    with uncommitted(lambda: update(interview_request)) as commit, ThreadPoolExecutor() as pool:
        deletion = pool.submit(delete)
        deadline = monotonic() + 30
        while not waiting_sessions() and monotonic() < deadline:
            sleep(0.01)
        assert not deletion.done()
        commit()
        deletion.result(30)
    assert not Org.objects.exists()
    assert not Change.objects.exists()
