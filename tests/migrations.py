"""Migrations that run in tests of what they change."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


@contextmanager
def migrated_to(targets: Sequence[tuple[str, str]]) -> Iterator[Any]:
    """Yields the models after these migrations; at the end, migrates to the latest ones. Needs `transactional_db`."""
    executor = MigrationExecutor(connection)
    executor.migrate([*targets])
    yield executor.loader.project_state([*targets]).apps
    migrate_to_the_latest()


def migrate_to_the_latest() -> None:
    """The services need the tables of the current models."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
