from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.utils.crypto import get_random_string

from hindsight.db.postgresql.limits import OF_WORKERS, limit_sessions
from hindsight.db.servers import announce_server
from hindsight.metrics.server import is_shared, serve_metrics
from hindsight.queue.kinds import KINDS
from hindsight.queue.metrics import QueueCollector
from hindsight.queue.worker import Worker
from orgs.commands import Command as BaseCommand
from webhooks.services.workers import say_that_it_runs


class Command(BaseCommand):
    help = (
        "Sends webhooks, runs exports and imports, and asks the model for drivers, until Ctrl-C or SIGTERM. Then it "
        "finishes what it has begun. Any number of workers can run."
    )

    def run(self, **options: Any) -> str:
        limit_sessions(OF_WORKERS)
        announce_server()
        self.check()  # scripts/serve does so by `migrate`
        if settings.METRICS_ADDRESS and not is_shared():
            serve_own_metrics(*settings.METRICS_ADDRESS)
        Worker(KINDS.values(), beat=partial(say_that_it_runs, get_random_string(16))).run()
        return ""


def serve_own_metrics(host: str, port: int) -> None:
    try:
        serve_metrics(host, port, QueueCollector())
    except OSError as error:
        raise CommandError(f"Cannot serve METRICS_ADDRESS: {error.strerror}. Give each worker another port.") from None
