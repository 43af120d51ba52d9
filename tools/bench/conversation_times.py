"""Measures the CPU time of survey answers and webhooks: `python -m tools.bench.conversation_times`.

On PostgreSQL with default durability, and Redis, like `tools.bench.service_times`. docs/scaling.md has the times.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.bench.cpu import seconds_of
from tools.bench.endpoint import slow_endpoint
from tools.bench.interviews import ANSWERS, Contact, Times
from tools.harness.orm import set_up_django
from tools.harness.processes import eventually, exit_status
from tools.harness.receiver import receiving
from tools.harness.stores import DURABLE, killable_postgres, killable_redis
from tools.harness.web import serving
from tools.harness.workers import start_worker

INTERVIEWS, ANSWERS_EACH, DELIVERIES = 60, 4, 500


def measure() -> None:
    with (
        killable_postgres(DURABLE) as postgres,
        killable_redis() as redis,
        tempfile.TemporaryDirectory(prefix="hindsight-bench-") as directory,
    ):
        assert postgres.process
        assert redis.process
        set_up_django(postgres.url, redis.url)
        stores = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url + "?socket_timeout=10&socket_connect_timeout=10"}
        pids = (postgres.process.pid, redis.process.pid)
        print("| CPU ms | web or worker | PostgreSQL | Redis |\n|:-|-:|-:|-:|")
        for name, has_model in (("survey answer, rules", False), ("survey answer, model", True)):
            log = Path(directory) / f"{has_model}.log"
            report(name, asyncio.run(answers(stores, log, pids, has_model=has_model)))
        report("webhook", webhooks(stores, Path(directory) / "worker.log", pids))


def report(name: str, milliseconds: Sequence[float]) -> None:
    print(f"| {name} | {' | '.join(f'{time:.2f}' for time in milliseconds)} |", flush=True)


async def answers(stores: dict[str, str], log: Path, pids: Sequence[int], *, has_model: bool) -> list[float]:
    """Of an answer with the page that follows it. With a model, of two requests to it too."""
    from tools.bench.interview_data import load  # after django.setup()

    async with slow_endpoint(0.1) as endpoint:
        model = {"PAIGE_BASE_URL": endpoint.url, "PAIGE_MODEL": "slow"} if has_model else {}
        tokens, _ = await asyncio.to_thread(load, INTERVIEWS)
        with serving(log, {**stores, **model, "ANONYMOUS_RATE_LIMIT": "1000000"}, workers=2) as server:
            contacts = [Contact(server.port, token, Times(), seed) for seed, token in enumerate(tokens)]
            for contact in contacts:
                await contact.consent()
            await answer(contacts[:4])  # not counted
            all_pids = (server.process.pid, *pids)
            before = [seconds_of(pid) for pid in all_pids]
            await answer(contacts[4:])
            count = (INTERVIEWS - 4) * ANSWERS_EACH
            return [(seconds_of(pid) - spent) * 1000 / count for pid, spent in zip(all_pids, before, strict=True)]


async def answer(contacts: Sequence[Contact]) -> None:
    for number in range(ANSWERS_EACH):
        for contact in contacts:
            text = contact.random.choice(ANSWERS)
            await contact.take_step(Times(), step="answer", number=contact.number.decode(), text=f"{text} {number}")


def webhooks(stores: dict[str, str], log: Path, pids: Sequence[int]) -> list[float]:
    """Of one delivery by one worker, to a receiver that answers at once."""
    from tools.bench.webhooks import record
    from webhooks.models import Delivery

    with receiving() as receiver, log.open("wb") as output:
        worker = start_worker(stores["DATABASE_URL"], output)
        try:
            record(100, receiver)  # not counted
            wait_for(lambda: not Delivery.objects.pending().exists())
            all_pids = (worker.pid, *pids)
            before = [seconds_of(pid) for pid in all_pids]
            record(DELIVERIES, receiver)
            wait_for(lambda: not Delivery.objects.pending().exists())
            return [(seconds_of(pid) - spent) * 1000 / DELIVERIES for pid, spent in zip(all_pids, before, strict=True)]
        finally:
            worker.terminate()
            worker.wait()


def wait_for(check: Callable[[], bool]) -> None:
    if not eventually(check, seconds=120):
        raise RuntimeError("The webhooks were not sent in time.")


if __name__ == "__main__":
    sys.exit(exit_status(measure))
