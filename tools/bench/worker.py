"""One worker process reads objectives, and sends events to an endpoint of each org. Needs django.setup()."""

import time
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from interviews.models import InterviewRequest, UnreadObjective
from orgs.models import Org
from tools.bench.client import cpu_seconds
from tools.harness.processes import eventually
from tools.harness.receiver import receiving
from tools.harness.web import start_worker
from webhooks.models import Delivery
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint
from webhooks.services.events import record_event

OBJECTIVES, DELIVERIES_OF_AN_ORG = 100, 10
EVENT = "interview.completed"


def measure_worker(database_url: str, log: Path, *pids: int) -> None:
    """`pids`: of the database server."""
    with log.open("wb") as output, receiving() as receiver:
        for org in Org.objects.all():
            create_endpoint(org_id=org.pk, url=clean_url(receiver.url), event_types=[EVENT])
        worker = start_worker(database_url, output)
        try:
            record_events(1)
            wait_for(Delivery.objects.pending())  # the worker has started
            change_objectives()
            drain("objectives read", UnreadObjective.objects.all(), worker.pid, *pids)
            record_events(DELIVERIES_OF_AN_ORG)
            drain("webhooks sent", Delivery.objects.pending(), worker.pid, *pids)
        finally:
            worker.terminate()
            worker.wait()


def record_events(number: int) -> None:
    for org in list(Org.objects.all()) * number:
        row = org.interview_requests.order_by("?")[0]
        record_event(org_id=org.pk, event_type=EVENT, interview_request_id=row.pk, data={"status": "completed"})


def change_objectives() -> None:
    changed = InterviewRequest.objects.order_by("-pk").values_list("pk", "org_id")[:OBJECTIVES]
    for pk, _ in changed:
        InterviewRequest.objects.filter(pk=pk).update(objective=f"Understand why pricing was the blocker in round {pk}")
    UnreadObjective.objects.put(changed)


def drain(name: str, rows: QuerySet[Any], *pids: int) -> None:
    started, before, count = time.perf_counter(), cpu_seconds(*pids), rows.count()
    wait_for(rows)
    rate, cpu = count / (time.perf_counter() - started), (cpu_seconds(*pids) - before) * 1000 / count
    print(f"Worker: {rate:.0f} {name} a second, {cpu:.1f} ms of CPU for each, PostgreSQL included.", flush=True)


def wait_for(rows: QuerySet[Any]) -> None:
    if not eventually(lambda: not rows.exists(), seconds=120):
        raise RuntimeError("The worker has not finished in time.")
