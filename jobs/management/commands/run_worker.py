import logging
import time
from threading import Thread
from typing import Any

from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks import task_backends
from django_tasks_db import DatabaseBackend

from jobs.services import sweep_jobs
from orgs.commands import Command as BaseCommand
from webhooks.services import sweep
from webhooks.services.sweep import BATCH
from webhooks.services.workers import say_that_it_runs

logger = logging.getLogger(__name__)

POLL_SECONDS = 1
RETRY_SECONDS = 5


class Command(BaseCommand):
    help = (
        "Sends webhooks and runs exports and imports until Ctrl-C or SIGTERM, which let the current task finish. Any "
        "number of workers can run. If TASKS_BACKEND is not the database, it only queues what is due, and the workers "
        "of that backend do the rest."
    )

    def run(self, **options: Any) -> str:
        name = get_random_string(16)
        if not isinstance(task_backends["default"], DatabaseBackend):
            queue_what_is_due(name)
        Thread(target=queue_what_is_due, args=[name], daemon=True).start()
        while True:
            try:
                # In this thread, because the command handles signals.
                call_command("db_worker", interval=POLL_SECONDS, worker_id=name, reload=False, verbosity=0)
                return ""
            except DatabaseError as error:
                logger.error("The database is unavailable. The worker tries again.", exc_info=error)
                connection.close()
                time.sleep(RETRY_SECONDS)


def queue_what_is_due(name: str) -> None:
    while True:
        try:
            close_old_connections()
            say_that_it_runs(name)
            queued = sweep()
            sweep_jobs()
        except DatabaseError as error:
            logger.error("The database is unavailable. The worker tries again.", exc_info=error)
            connection.close()
            queued = 0
        time.sleep(0 if queued == BATCH else POLL_SECONDS)
