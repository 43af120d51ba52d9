from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hindsight.db.configuration import WORKER_TIMEOUTS, set_timeouts
from hindsight.db.servers import announce_server
from hindsight.metrics.database import DatabaseCollector
from hindsight.metrics.server import is_shared, serve_metrics
from hindsight.queue.kinds import KINDS
from hindsight.queue.worker import Worker


class Command(BaseCommand):
    help = (
        "Sends webhooks, reads objectives, and asks the model for drivers, until Ctrl-C or SIGTERM. Then it "
        " finishes what it has begun. Any number of workers can run."
    )
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        set_timeouts(WORKER_TIMEOUTS)
        announce_server()
        self.check()  # scripts/serve does so by `migrate`
        if settings.METRICS_ADDRESS and not is_shared():
            try:
                serve_metrics(*settings.METRICS_ADDRESS, DatabaseCollector())
            except OSError as error:
                problem = f"Cannot serve METRICS_ADDRESS: {error.strerror}. Give each worker another port."
                raise CommandError(problem) from None
        Worker(KINDS.values()).run()
