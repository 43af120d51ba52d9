from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.db import DataError, OperationalError, connection, connections, transaction

from hindsight.db.postgresql.base import DatabaseWrapper
from hindsight.db.statements import fetch_row

QUOTIENTS = "SELECT 12 / CAST(%(divisor)s AS integer) WHERE %(divisor)s <> 1"
PREPARED = "SELECT name FROM pg_prepared_statements WHERE name LIKE 'hindsight%%'"

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's statements are not prepared")


@pytest.fixture
def postgresql(transactional_db: None) -> Iterator[DatabaseWrapper]:
    """Outside a transaction, in a session without prepared statements."""
    connection.close()
    yield cast(DatabaseWrapper, connection)
    connection.close()


def prepared_names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(PREPARED, {})
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize("database", ["db", "transactional_db"])
def test_a_row_is_a_tuple_and_no_row_is_none(database: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(database)
    assert fetch_row("SELECT 1, CAST(%(text)s AS text), '100%%'", {"text": "a"}) == (1, "a", "100%")
    assert fetch_row(QUOTIENTS, {"divisor": 4}) == (3,)
    assert fetch_row(QUOTIENTS, {"divisor": 1}) is None
    assert fetch_row(QUOTIENTS, {"divisor": 3}) == (4,)


@on_postgresql
@pytest.mark.parametrize(
    ("type_name", "values"),
    [
        ("bigint", [1, 40_000, 3_000_000_000, None]),
        ("bigint[]", [[1, 40_000], [3_000_000_000], []]),
        ("text", ["", "ä 😀 %s $1 '", None]),
        ("timestamptz", [datetime(2026, 11, 26, 12, 30, tzinfo=UTC)]),
        ("boolean", [True, False]),
    ],
)
def test_values_return_as_they_were_sent(postgresql: DatabaseWrapper, type_name: str, values: list[Any]) -> None:
    statement = f"SELECT CAST(%(value)s AS {type_name})"
    assert [fetch_row(statement, {"value": value}) for value in values * 2] == [(value,) for value in values * 2]


@on_postgresql
def test_a_statement_is_prepared_once_for_each_type_of_parameter(postgresql: DatabaseWrapper) -> None:
    for divisor in (2, 3, 40_000, 50_000):
        fetch_row(QUOTIENTS, {"divisor": divisor})
    assert len(prepared_names()) == 2  # smallint and integer


@on_postgresql
def test_a_statement_can_be_executed_after_an_error(postgresql: DatabaseWrapper) -> None:
    with pytest.raises(DataError) as error:
        fetch_row(QUOTIENTS, {"divisor": 0})
    assert getattr(error.value.__cause__, "sqlstate", None) == "22012"  # division_by_zero
    assert fetch_row(QUOTIENTS, {"divisor": 4}) == (3,)


@on_postgresql
def test_a_statement_stays_prepared_after_a_rollback(postgresql: DatabaseWrapper) -> None:
    assert fetch_row(QUOTIENTS, {"divisor": 4}) == (3,)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        transaction.set_rollback(True)
    assert fetch_row(QUOTIENTS, {"divisor": 4}) == (3,)
    assert len(prepared_names()) == 1


@on_postgresql
def test_a_statement_that_the_server_has_prepared_already_is_used(postgresql: DatabaseWrapper) -> None:
    """As in PgBouncer, where sessions share the connections to the server."""
    fetch_row(QUOTIENTS, {"divisor": 4})
    postgresql._prepared = None
    assert fetch_row(QUOTIENTS, {"divisor": 4}) == (3,)
    assert len(prepared_names()) == 1


@on_postgresql
def test_a_transaction_contains_the_statement(postgresql: DatabaseWrapper) -> None:
    transactions = "SELECT txid_current()"
    with transaction.atomic():
        assert fetch_row(transactions, {}) == fetch_row(transactions, {})
    assert fetch_row(transactions, {}) != fetch_row(transactions, {})


@on_postgresql
def test_a_lost_connection_is_an_operational_error_and_replaced(postgresql: DatabaseWrapper) -> None:
    pid = "SELECT pg_backend_pid()"
    [old_session] = fetch_row(pid, {})
    with closing(connections.create_connection("default")) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [old_session])
    with pytest.raises(OperationalError):
        fetch_row(pid, {})
    connection.close_if_unusable_or_obsolete()  # as at the end of a request
    [session] = fetch_row(pid, {})
    assert session != old_session
