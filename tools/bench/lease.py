"""How long a lease takes while one org has many pending deliveries: `python -m tools.bench.lease [--postgres]`.

Prints milliseconds, also those of CPU in this process, and on PostgreSQL the plans of the statements.
"""

import argparse
import os
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

import django

from tools.bench.database import database

EVENT = "interview.completed"
ORGS = 200
ROUNDS = 50


def run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name, database(Path(name), on_postgres=options.postgres) as url:
        os.environ.update(HINDSIGHT_ENV="development", DATABASE_URL=url, DJANGO_SETTINGS_MODULE="hindsight.settings")
        django.setup()
        fill(options.deliveries)
        measure()
        if options.postgres:
            explain()


def fill(deliveries: int) -> None:
    """The first org has all deliveries but one for each other org."""
    from django.core.management import call_command
    from django.db import connection

    from orgs.services import create_org
    from webhooks.models import Delivery, Endpoint, Event

    call_command("migrate", verbosity=0)
    orgs = [create_org(name=f"Org {number}", plan="growth") for number in range(ORGS)]
    endpoints = Endpoint.objects.bulk_create(
        Endpoint(org=org, url="https://example.com/hooks", event_types=[EVENT]) for org in orgs
    )
    now = datetime.now().astimezone()
    counts = [deliveries, *[1] * (ORGS - 1)]
    for endpoint, count in zip(endpoints, counts, strict=True):
        event = Event.objects.create(org_id=endpoint.org_id, type=EVENT, body="{}", created_at=now)
        rows = (Delivery(org_id=endpoint.org_id, endpoint=endpoint, event=event, due_at=now) for _ in range(count))
        Delivery.objects.bulk_create(rows, batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure() -> None:
    from hindsight.queue.lease import lease
    from hindsight.queue.shares import Turns
    from webhooks.models import Delivery
    from webhooks.work import Deliveries

    kind, turns, times, cpu = Deliveries(), Turns(), [], []
    for _ in range(ROUNDS):
        began, began_cpu = time.perf_counter(), time.process_time()
        rows = lease(kind, kind.threads, turns)
        times.append((time.perf_counter() - began) * 1_000)
        cpu.append((time.process_time() - began_cpu) * 1_000)
        assert len({row.org_id for row in rows}) == kind.threads
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(leased_until=None, attempts=0)
    print(
        f"lease of {kind.threads}: median {statistics.median(times):.1f} ms ({statistics.median(cpu):.1f} ms of CPU), "
        f"longest {max(times):.1f} ms"
    )


def explain() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from hindsight.queue.lease import lease
    from hindsight.queue.shares import Turns
    from webhooks.work import Deliveries

    with CaptureQueriesContext(connection) as captured:
        lease(Deliveries(), 1, Turns())
    selects = dict.fromkeys(query["sql"] for query in captured if '"webhooks_delivery"' in query["sql"])
    with connection.cursor() as cursor:
        for statement in selects:
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}")
            print(statement[:100], *(line for (line,) in cursor.fetchall()), "", sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
