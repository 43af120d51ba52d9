"""Temporary servers on free loopback ports: PostgreSQL, Redis, and any other program that logs when it is ready."""

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from hindsight.server.shutdown import end_with_parent
from tools.harness.processes import ServerError, eventually, free_port
from tools.harness.programs import Account, environment, postgres_programs, redis_program

START_SECONDS, STOP_SECONDS = 30, 15
TRIES = 5  # another process may take the port

# Settings for killable_postgres(), whose default is fast.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FAST = dict.fromkeys(DURABLE, "off")

# Logged by PostgreSQL, Redis and Valkey; by PgBouncer, nginx and Caddy. A connection would not show that the server is
# ready, because the port may belong to another process.
READY = (
    *(b"eady to accept connections", b"process up: PgBouncer", b"start worker processes"),
    b"serving initial configuration",
)


class StoreServer:
    """Can end and start again with the same data, at the same port. `url` has the placeholder `{port}`."""

    def __init__(self, command: Callable[[int], list[str]], account: Account, log: Path, url: str = "{port}") -> None:
        self.command, self.account, self.log, self.url_at = command, account, log, url.format
        self.port: int | None = None
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.url_at(port=self.port)

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Raises ServerError."""
        for _ in range(TRIES):
            port = self.port or free_port()
            self.process = self._spawn(port)
            eventually(lambda: not self.is_running or self._has_logged_ready(), seconds=START_SECONDS)
            if self.is_running and self._has_logged_ready():
                self.port = port
                return
            self.stop()
        raise ServerError(f"{self.command(0)[0]} did not start:\n{self.log.read_text(errors='replace')}")

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown, which does not wait for clients
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

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as output:
            return subprocess.Popen(
                self.command(port),
                cwd=self.log.parent,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # not reached by Ctrl-C in the terminal
                preexec_fn=end_with_parent(signal.SIGINT),
                user=self.account.user,
                group=self.account.group,
                extra_groups=self.account.extra_groups,
            )

    def _has_logged_ready(self) -> bool:
        log = self.log.read_bytes()
        return any(line in log for line in READY)


@contextmanager
def running(server: StoreServer) -> Iterator[StoreServer]:
    """Raises ServerError."""
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def killable_postgres(own_settings: Mapping[str, str] | None = None) -> Iterator[StoreServer]:
    """Raises ServerError."""
    account = Account.unprivileged()
    with account.directory() as directory:
        programs, data = postgres_programs(account, directory), directory / "data"
        account.run(
            *(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
        )
        place = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
        settings = {**place, **FAST, **(own_settings or {})}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

        def command(port: int) -> list[str]:
            return [str(programs / "postgres"), "-D", str(data), "-p", str(port), *options]

        url = "postgres://postgres@127.0.0.1:{port}/postgres"
        with running(StoreServer(command, account, directory / "postgres.log", url)) as server:
            yield server


@contextmanager
def killable_redis(*options: str) -> Iterator[StoreServer]:
    """Raises ServerError."""
    account = Account()
    with account.directory() as directory:
        program = redis_program(directory)

        def command(port: int) -> list[str]:
            place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory)]
            return [str(program), *place, "--save", "", "--appendonly", "no", *options]

        with running(StoreServer(command, account, directory / "redis.log", "redis://127.0.0.1:{port}/0")) as server:
            yield server
