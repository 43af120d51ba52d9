"""A small file system that can be filled: a tmpfs, which only root can mount."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.harness.accounts import Account

BLOCK = b"\0" * 65536


class NoSmallDiskError(RuntimeError):
    """The file system cannot be mounted."""


class SmallDisk:
    """`directory` belongs to the account of the stores."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ballast = directory / "ballast"

    def fill(self) -> None:
        with self.ballast.open("ab", buffering=0) as file:
            try:
                while file.write(BLOCK):
                    pass
            except OSError:  # no space left on device
                return

    def free(self) -> None:
        self.ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(mebibytes: int) -> Iterator[SmallDisk]:
    """Raises NoSmallDiskError."""
    account = Account.unprivileged()
    with account.directory() as directory:
        options = f"size={mebibytes}m,mode=700" + ("" if account.user is None else f",uid={account.user}")
        mount = shutil.which("mount") or "/bin/mount"
        done = subprocess.run(
            [mount, "-t", "tmpfs", "-o", options, "hindsight", directory], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NoSmallDiskError(f"A full disk needs root: {done.stderr.strip()}")
        try:
            yield SmallDisk(directory)
        finally:
            # Lazily, because a killed server may not have ended yet.
            subprocess.run([shutil.which("umount") or "/bin/umount", "--lazy", directory], check=True)
