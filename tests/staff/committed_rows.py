"""Many rows for the tests of query plans: PostgreSQL chooses by the number of rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def committed_rows(django_db_blocker: Any) -> Iterator[None]:
    """Creates rows outside the transactions of the tests. On PostgreSQL, deletes them at the end."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        yield
        cursor.execute("SET hindsight.audit_removal = 'allowed'")
        cursor.execute("TRUNCATE orgs_org, orgs_change, orgs_securityevent CASCADE")
        cursor.execute("RESET hindsight.audit_removal")
