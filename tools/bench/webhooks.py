"""Kills workers while they send: `python -m tools.bench.webhooks [--workers N] [--kills N] [--postgres]`.

Prints how many deliveries arrived, how many of them twice, and how long it took.
"""

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

import django

from tools.bench.database import database
from tools.harness.processes import eventually
from tools.harness.receiver import Receiver, receiving
from tools.harness.workers import start_worker

EVENT = "interview.completed"
ORGS = 20  # one endpoint each
SECONDS_BETWEEN_KILLS = 0.7


def run(options: argparse.Namespace) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        database(Path(name), on_postgres=options.postgres) as url,
        receiving() as receiver,
        (Path(name) / "log").open("wb") as log,
    ):
        os.environ.update(HINDSIGHT_ENV="development", DATABASE_URL=url, DJANGO_SETTINGS_MODULE="hindsight.settings")
        django.setup()
        record(options.deliveries, receiver)
        started = time.monotonic()
        workers = [start_worker(url, log) for _ in range(options.workers)]
        try:
            for _ in range(options.kills):
                time.sleep(SECONDS_BETWEEN_KILLS)
                victim = random.randrange(len(workers))
                workers[victim].kill()
                workers[victim].wait()
                workers[victim] = start_worker(url, log)
            report(options, receiver, started)
        finally:
            for worker in workers:
                worker.terminate()
            for worker in workers:
                worker.wait()
            if options.log:
                print((Path(name) / "log").read_text()[-5000:])


def record(deliveries: int, receiver: Receiver) -> None:
    from django.core.management import call_command
    from django.db import transaction

    from orgs.services import create_org
    from webhooks.sending import clean_url
    from webhooks.services.endpoints import create_endpoint
    from webhooks.services.events import record_event

    call_command("migrate", verbosity=0)
    orgs = [create_org(name=f"Org {number}", plan="growth") for number in range(ORGS)]
    for org in orgs:
        create_endpoint(org_id=org.pk, url=clean_url(receiver.url), event_types=[EVENT])
    started = time.monotonic()
    with transaction.atomic():
        for number in range(deliveries):
            org_id = orgs[number % ORGS].pk
            record_event(org_id=org_id, event_type=EVENT, interview_request_id=number, data={"status": "completed"})
    print(f"recorded {deliveries:,} events in {time.monotonic() - started:.1f} s")


def report(options: argparse.Namespace, receiver: Receiver, started: float) -> None:
    from webhooks.models import Delivery

    is_done = eventually(lambda: not Delivery.objects.pending().exists(), seconds=options.seconds)
    seconds = time.monotonic() - started
    arrivals = Counter(received.headers["webhook-id"] for received in receiver.received)
    print(f"{'all finished' if is_done else 'NOT FINISHED'} after {seconds:.0f} s ({len(arrivals) / seconds:.0f}/s)")
    print(f"arrived: {len(arrivals):,} of {options.deliveries:,}")
    print(f"more than once: {sum(count > 1 for count in arrivals.values())}")
    print(f"workers killed: {options.kills}; statuses: {Counter(Delivery.objects.values_list('status', flat=True))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=600, help="the longest time to wait")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--log", action="store_true", help="print the end of the workers' log")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
