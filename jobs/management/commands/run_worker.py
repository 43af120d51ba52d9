from functools import partial
from typing import Any

from django.utils.crypto import get_random_string

from hindsight.db.servers import announce_server
from hindsight.queue.kinds import KINDS
from hindsight.queue.worker import Worker
from orgs.commands import Command as BaseCommand
from webhooks.services.workers import say_that_it_runs


class Command(BaseCommand):
    help = (
        "Sends webhooks, runs exports and imports, and asks the model for drivers, until Ctrl-C or SIGTERM. Then it "
        "finishes what it has begun. Any number of workers can run."
    )

    def run(self, **options: Any) -> str:
        announce_server()
        Worker(KINDS.values(), beat=partial(say_that_it_runs, get_random_string(16))).run()
        return ""
