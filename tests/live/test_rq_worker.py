"""The queue in Redis, with the commands of docs/operations.md."""

from pathlib import Path

import pytest

from harness.receiver import receiving
from harness.stores import redis_server
from harness.workers import start_worker
from orgs.models import Org
from webhooks.models import Delivery, Status
from webhooks.outbound import clean_url
from webhooks.services import create_endpoint


@pytest.mark.one_database
def test_a_worker_of_rq_sends_what_another_process_has_queued(acme: Org, database_url: str, tmp_path: Path) -> None:
    with receiving() as receiver, redis_server() as redis_url, (tmp_path / "log").open("wb") as log:
        url = clean_url(receiver.url)
        endpoint = create_endpoint(org_id=acme.pk, url=url, event_types=["interview.completed"])
        queue = {"TASKS_BACKEND": "django_tasks_rq.RQBackend", "REDIS_URL": redis_url}
        command = ["test_webhook", str(endpoint.pk)]
        assert start_worker(database_url, log, command, **queue).wait(30) == 0
        assert (receiver.received, Delivery.objects.get().status) == ([], Status.PENDING)
        worker = start_worker(
            database_url, log, ["rqworker", "default", "--job-class", "django_tasks_rq.Job", "--burst"], **queue
        )
        assert worker.wait(30) == 0
    assert [received.path for received in receiver.received] == ["/hooks"]
    assert Delivery.objects.get().status == Status.DELIVERED
