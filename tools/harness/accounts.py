import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tools.harness.processes import ServerError


class Account(NamedTuple):
    """None: the caller."""

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
        """Raises ServerError, or PermissionError if the program is not accessible."""
        done = subprocess.run(
            command,
            cwd="/",
            env=environment(),
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


def environment() -> dict[str, str]:
    # No PG* variables of the caller; an English log.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
