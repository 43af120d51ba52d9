from contextlib import closing
from typing import cast

import pytest
from django.db import DataError, connection, connections, transaction

from hindsight.db.postgresql.base import DatabaseWrapper
from hindsight.db.statements import fetch_row

QUOTIENTS = "SELECT 12 / CAST(%(divisor)s AS integer) WHERE %(divisor)s <> 1"

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's cursors are not kept")


@pytest.mark.django_db
def test_a_row_is_a_tuple_and_no_row_is_none() -> None:
    assert fetch_row("SELECT 1, %s", ["a"]) == (1, "a")
    assert fetch_row(QUOTIENTS, {"divisor": 4}) == (3,)
    assert fetch_row(QUOTIENTS, {"divisor": 1}) is None
    assert fetch_row(QUOTIENTS, {"divisor": 3}) == (4,)


@on_postgresql
@pytest.mark.django_db
def test_each_statement_has_a_cursor() -> None:
    database = cast(DatabaseWrapper, connection)
    cursor = database.cursor_of(QUOTIENTS).cursor
    assert database.cursor_of(QUOTIENTS).cursor is cursor
    assert database.cursor_of("SELECT 1").cursor is not cursor


@on_postgresql
@pytest.mark.django_db
def test_a_cursor_can_be_used_after_an_error() -> None:
    with pytest.raises(DataError), transaction.atomic():
        fetch_row(QUOTIENTS, {"divisor": 0})
    assert fetch_row(QUOTIENTS, {"divisor": 4}) == (3,)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_new_connection_has_new_cursors() -> None:
    [old_session] = fetch_row("SELECT pg_backend_pid()")
    with closing(connections.create_connection("default")) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [old_session])
    connection.close_if_unusable_or_obsolete()  # as at the end of a request
    [session] = fetch_row("SELECT pg_backend_pid()")
    assert session != old_session
