"""Each fault breaks something on entry and repairs it on exit."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass

import psycopg

from tools.harness.processes import ServerError, is_running
from tools.soak.deployment import Deployment

# Recycled log segments have room on a full disk.
LOG_SWITCHES = 10
SWITCH_LOG = "SELECT pg_logical_emit_message(true, '', repeat('x', 1000000)), pg_switch_wal()"
CONNECTION_ROUNDS = 10


@contextmanager
def nothing(deployment: Deployment) -> Iterator[None]:
    yield


@contextmanager
def worker_killed(deployment: Deployment) -> Iterator[None]:
    os.kill(random.choice(list(filter(is_running, random.choice(deployment.servers).server.workers))), signal.SIGKILL)
    yield


@contextmanager
def granian_killed(deployment: Deployment) -> Iterator[None]:
    os.kill(random.choice(deployment.servers).server.granians[-1], signal.SIGKILL)
    yield


@contextmanager
def server_killed(deployment: Deployment) -> Iterator[None]:
    random.choice(deployment.servers).kill()
    yield


@contextmanager
def servers_restarted(deployment: Deployment) -> Iterator[None]:
    for server in deployment.servers:
        server.restart()
    yield


@contextmanager
def postgres_killed(deployment: Deployment) -> Iterator[None]:
    deployment.postgres.kill()
    yield


@contextmanager
def redis_killed(deployment: Deployment) -> Iterator[None]:
    deployment.redis.kill()
    yield


@contextmanager
def redis_paused(deployment: Deployment) -> Iterator[None]:
    with deployment.redis.paused():
        yield


@contextmanager
def rows_locked(deployment: Deployment) -> Iterator[None]:
    """The rows of every second client, by a session that does nothing else."""
    with closing(psycopg.connect(deployment.postgres.url)) as session:
        session.execute("SELECT FROM contacts_contact WHERE email ~ '^row.*[02468]@' FOR UPDATE")
        yield


@contextmanager
def connections_exhausted(deployment: Deployment) -> Iterator[None]:
    """Ends the application's sessions and takes their places."""
    with ExitStack() as stack:

        def connect() -> "psycopg.Connection[tuple[object, ...]]":
            return stack.enter_context(closing(psycopg.connect(deployment.postgres.url, autocommit=True)))

        first = connect()
        own = [first.info.backend_pid]
        for _ in range(CONNECTION_ROUNDS):
            first.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> ALL(%s)",
                [own],
            )
            with suppress(psycopg.OperationalError):
                while True:
                    own.append(connect().info.backend_pid)
        yield


@contextmanager
def disk_full(deployment: Deployment) -> Iterator[None]:
    assert deployment.disk
    deployment.disk.fill()
    try:
        yield
    finally:
        deployment.disk.free()


@contextmanager
def log_disk_full(deployment: Deployment) -> Iterator[None]:
    """PostgreSQL crashes when it cannot write its log. Raises ServerError if it does not crash."""
    # Before the disk is full: PostgreSQL may need space to accept a connection.
    with closing(psycopg.connect(deployment.postgres.url, autocommit=True)) as session, disk_full(deployment):
        for statement in [SWITCH_LOG, "CHECKPOINT"] * LOG_SWITCHES:
            if not session.broken:
                with suppress(psycopg.OperationalError):
                    session.execute(statement)
        if not session.broken:
            raise ServerError("PostgreSQL has not crashed, although its disk is full.")
        yield


@dataclass(frozen=True)
class Fault:
    """`seconds`: how long it lasts."""

    description: str
    breaking: Callable[[Deployment], AbstractContextManager[None]]
    seconds: float = 5
    needs_small_disk: bool = False


FAULTS = {
    "none": Fault("no fault, for comparison", nothing),
    "worker": Fault("SIGKILL to a worker", worker_killed),
    "granian": Fault("SIGKILL to granian's main process", granian_killed),
    "server": Fault("SIGKILL to all processes of a server", server_killed),
    "restarts": Fault("both servers are restarted, one after the other", servers_restarted, seconds=0),
    "postgresql": Fault("SIGKILL to PostgreSQL", postgres_killed, seconds=2),
    "redis": Fault("SIGKILL to Redis", redis_killed),
    "redis-hangs": Fault("SIGSTOP to Redis", redis_paused),
    "locks": Fault("another session locks the rows of every second client", rows_locked, seconds=8),
    "connections": Fault("other sessions take all of PostgreSQL's connections", connections_exhausted),
    "disk": Fault("PostgreSQL's disk is full", disk_full, needs_small_disk=True),
    "log-disk": Fault("the disk is full, and PostgreSQL crashes", log_disk_full, needs_small_disk=True),
}
