"""Temporary PostgreSQL and Redis servers on free loopback ports."""

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from hindsight.server.serve import end_with_parent
from tools.harness.accounts import Account, environment
from tools.harness.processes import ServerError, eventually, free_port
from tools.harness.programs import postgres_programs, redis_program

START_SECONDS = 30
STOP_SECONDS = 15
TRIES = 5

# Settings for postgres(), whose default is fast.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

# Logged by PostgreSQL, Redis and Valkey, and by PgBouncer.
READY = (b"eady to accept connections", b"process up: PgBouncer")


class StoreServer:
    """Can end and start again with the same data, at the same port."""

    def __init__(self, command: Callable[[int], list[str]], account: Account, log: Path, url: str) -> None:
        self.command = command
        self.account = account
        self.log = log
        self.url_at = url.format
        self.port: int | None = None
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.url_at(port=self.port)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Raises ServerError."""
        for _ in range(TRIES):
            port = self.port or free_port()
            self.process = self._spawn(port)
            if self._is_ready():
                self.port = port
                return
            self.stop()
            # Another process may have taken the port.
        raise ServerError(
            f"{self.command(0)[0]} did not start in {TRIES} tries:\n{self.log.read_text(errors='replace')}"
        )

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Also PostgreSQL's processes: they could hold its shared memory, and prevent a new start."""
        if self.process is None or self.process.poll() is not None:
            return
        main = psutil.Process(self.process.pid)
        family = [main, *main.children(recursive=True)]
        for process in family:
            process.kill()
        psutil.wait_procs(family, STOP_SECONDS)
        self.process.wait()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The server accepts bytes, but does not process them."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as output:
            return subprocess.Popen(
                self.command(port),
                cwd=self.log.parent,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Not reached by Ctrl-C in the terminal.
                start_new_session=True,
                # PostgreSQL's fast shutdown, which does not wait for clients.
                preexec_fn=end_with_parent(signal.SIGINT),
                user=self.account.user,
                group=self.account.group,
                extra_groups=self.account.extra_groups,
            )

    def _is_ready(self) -> bool:
        # Not by connecting: the port may belong to another process.
        eventually(lambda: not self.is_running or self._has_logged_ready(), seconds=START_SECONDS)
        return self.is_running and self._has_logged_ready()

    def _has_logged_ready(self) -> bool:
        log = self.log.read_bytes()
        return any(line in log for line in READY)


@contextmanager
def postgres(own_settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yields the DATABASE_URL of an empty PostgreSQL cluster. Raises ServerError."""
    with killable_postgres(own_settings) as server:
        yield server.url


@contextmanager
def killable_postgres(
    own_settings: Mapping[str, str] | None = None, data_parent: Path | None = None
) -> Iterator[StoreServer]:
    """`data_parent` must belong to the unprivileged account. Raises ServerError."""
    account = Account.unprivileged()
    with account.directory() as directory:
        programs = postgres_programs(account, directory)
        data = (data_parent or directory) / "data"
        account.run(
            *(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            **(own_settings or {}),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

        def command(port: int) -> list[str]:
            return [str(programs / "postgres"), "-D", str(data), "-p", str(port), *options]

        url = "postgres://postgres@127.0.0.1:{port}/postgres"
        yield from _serving(StoreServer(command, account, directory / "postgres.log", url))


@contextmanager
def redis_server() -> Iterator[str]:
    """Yields the REDIS_URL of an empty Redis or Valkey. Raises ServerError."""
    with killable_redis() as server:
        yield server.url


@contextmanager
def killable_redis(*options: str) -> Iterator[StoreServer]:
    """Raises ServerError."""
    account = Account(None, None, None)
    with account.directory() as directory:
        program = redis_program(directory)

        def command(port: int) -> list[str]:
            place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory)]
            return [str(program), *place, "--save", "", "--appendonly", "no", *options]

        yield from _serving(StoreServer(command, account, directory / "redis.log", "redis://127.0.0.1:{port}/0"))


def _serving(server: StoreServer) -> Iterator[StoreServer]:
    try:
        server.start()
        yield server
    finally:
        server.stop()
