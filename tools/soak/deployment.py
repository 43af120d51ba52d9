import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.harness.processes import free_port, is_running
from tools.harness.reverse_proxies import nginx
from tools.harness.small_disk import NoSmallDiskError, SmallDisk, small_disk
from tools.harness.stores import DURABLE, StoreServer, killable_postgres, killable_redis
from tools.harness.web import Server, serving

SERVERS = 2
WORKERS = 2
DISK_MEBIBYTES = 256
POSTGRES = {
    **DURABLE,
    "max_connections": "40",
    # They leave room on the small disk.
    "min_wal_size": "32MB",
    "max_wal_size": "48MB",
}


class AppServer:
    """Starts again at the same port."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        self.log = log
        self.environment = environment
        self.port = free_port()
        self.starts = 0
        self.stack = ExitStack()

    def start(self) -> None:
        self.starts += 1
        log = self.log.with_suffix(f".{self.starts}")
        self.server: Server = self.stack.enter_context(serving(log, self.environment, workers=WORKERS, port=self.port))

    def stop(self) -> None:
        """Finishes the current requests."""
        self.stack.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        for pid in filter(is_running, self.server.processes):
            os.kill(pid, signal.SIGKILL)
        self.server.process.wait()

    def start_if_ended(self) -> None:
        """As systemd does (Restart=always)."""
        if self.server.process.poll() is not None:
            self.restart()


@dataclass(frozen=True)
class Deployment:
    """`disk` is None if it cannot be mounted, and PostgreSQL then uses the machine's disk."""

    postgres: StoreServer
    redis: StoreServer
    disk: SmallDisk | None
    servers: list[AppServer]
    port: int

    def is_up(self) -> bool:
        return all(server.server.is_healthy() for server in self.servers)

    def start_what_has_ended(self) -> None:
        for store in (self.postgres, self.redis):
            if not store.is_running:
                store.start()
        for server in self.servers:
            server.start_if_ended()


@contextmanager
def stores() -> Iterator[tuple[StoreServer, StoreServer, SmallDisk | None]]:
    with ExitStack() as stack:
        disk: SmallDisk | None = None
        with suppress(NoSmallDiskError):
            disk = stack.enter_context(small_disk(DISK_MEBIBYTES))
        postgres = stack.enter_context(killable_postgres(POSTGRES, disk.directory if disk else None))
        yield postgres, stack.enter_context(killable_redis()), disk


@contextmanager
def running_deployment(postgres: StoreServer, redis: StoreServer, disk: SmallDisk | None) -> Iterator[Deployment]:
    """Raises ProxyMissingError or ServerError."""
    environment = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "TRUSTED_PROXIES": "127.0.0.1"}
    with TemporaryDirectory(prefix="hindsight-soak-") as directory, ExitStack() as stack:
        servers = [AppServer(Path(directory) / f"server{number}.log", environment) for number in range(SERVERS)]
        for server in servers:
            stack.callback(server.stop)
            server.start()
        port = stack.enter_context(nginx([server.port for server in servers]))
        yield Deployment(postgres, redis, disk, servers, port)
