from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def planned_with_parameters() -> Iterator[None]:
    """Prepares no statements in the context.

    PostgreSQL may execute a prepared statement with a generic plan. For `LIKE $1` with a limit, this plan
    reads a table from its end until enough rows match.
    """
    session = connection.connection
    if connection.vendor != "postgresql" or session is None:
        yield
        return
    threshold, session.prepare_threshold = session.prepare_threshold, None
    try:
        yield
    finally:
        session.prepare_threshold = threshold
