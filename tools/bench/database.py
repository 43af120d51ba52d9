from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.harness.stores import postgres


@contextmanager
def database(directory: Path, *, on_postgres: bool) -> Iterator[str]:
    """PostgreSQL with fsync off, or a SQLite file."""
    if on_postgres:
        with postgres() as url:
            yield url
    else:
        yield f"sqlite:///{directory / 'bench.sqlite3'}"
