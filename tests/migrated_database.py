"""A copy of SQLite's migrated test database. The migrations take seconds of CPU in each process, the copy none."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".pytest_cache" / "migrated"
IN_MEMORY = "file:memorydb_default?mode=memory&cache=shared"  # Django's name

# What decides the schema. Receivers of post_migrate run on the copy too.
SOURCES = (
    "*/migrations/*.py",
    "hindsight/db/**/*.py",
    "orgs/tenancy.py",
    "*/models/**/*.py",
    "*/models.py",
    "requirements.txt",
)


@contextmanager
def copied_before_migration() -> Iterator[None]:
    """Keeps Django's database in memory until the context ends. It begins as the copy, if there is one."""
    with closing(sqlite3.connect(IN_MEMORY, uri=True)) as memory:
        if (copy := _path()).exists():
            with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as source:
                source.backup(memory)
        yield


def copy_after_migration(migrated: sqlite3.Connection) -> None:
    copy = _path()
    if copy.exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for older in set(FOLDER.glob("*.sqlite3")) - {copy}:
        older.unlink(missing_ok=True)
    unfinished = copy.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(unfinished)) as target:
        migrated.backup(target)
    unfinished.replace(copy)


def _path() -> Path:
    digest = sha256()
    for path in sorted(path for pattern in SOURCES for path in ROOT.glob(pattern)):
        digest.update(b"%s\0%s\0" % (str(path.relative_to(ROOT)).encode(), path.read_bytes()))
    return FOLDER / f"{digest.hexdigest()[:16]}.sqlite3"
