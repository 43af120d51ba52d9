"""Prepared statements after another session has changed a table, and in sessions that have lost them."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import NotSupportedError, connection, connections

from hindsight.db.statements import fetch_row

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's statements are not prepared"),
]

SELECT = "SELECT value FROM changing WHERE value = %(value)s"
EXECUTIONS = 7  # psycopg would prepare the sixth


def select() -> object:
    return fetch_row(SELECT, {"value": "1"})


def in_another_session(sql: str) -> None:
    with closing(connections.create_connection("default")) as other, other.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture(autouse=True)
def changing(transactional_db: None) -> Iterator[None]:
    """A table, and a session without prepared statements."""
    connection.close()
    in_another_session("CREATE TABLE changing (value varchar(255)); INSERT INTO changing VALUES ('1')")
    yield
    connection.close()
    in_another_session("DROP TABLE changing")


def change_type(name: str) -> None:
    in_another_session(f"ALTER TABLE changing ALTER value TYPE {name} USING value::{name}")


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT value%'")
        [number] = cursor.fetchone()
        return int(number)


def test_the_type_of_a_column_changes_in_both_directions() -> None:
    types = {"varchar(255)": "1", "text": "1", "integer": 1, "bigint": 1}
    for name in [*types, *reversed(types)]:
        change_type(name)
        for _ in range(EXECUTIONS):
            assert select() == (types[name],)


def test_columns_are_added_and_dropped() -> None:
    for change in ("ADD other text", "DROP other", "ADD other integer", "DROP value, ADD value text DEFAULT '1'"):
        for _ in range(EXECUTIONS):
            assert select() == ("1",)
        in_another_session(f"ALTER TABLE changing {change}")
    assert select() == ("1",)


@pytest.mark.parametrize("command", [b"DISCARD ALL", b"DEALLOCATE ALL"])
def test_the_session_loses_its_statements(command: bytes) -> None:
    for _ in range(3):
        for _ in range(EXECUTIONS):
            assert select() == ("1",)
        connection.connection.pgconn.exec_(command)  # psycopg does not notice it, as behind PgBouncer
        assert select() == ("1",)


def test_a_statement_is_prepared_again() -> None:
    for name in ("text", "varchar(255)"):
        for _ in range(2):
            select()
        assert prepared() == 1
        change_type(name)
        select()
        assert prepared() == 0


def test_a_statement_with_a_cursor_is_not_prepared() -> None:
    for _ in range(EXECUTIONS):
        with connection.cursor() as cursor:
            cursor.execute(SELECT, {"value": "1"})
    assert prepared() == 0


def test_an_error_that_is_not_about_prepared_statements_is_raised() -> None:
    for _ in range(2):
        with pytest.raises(NotSupportedError, match="not implemented"):
            fetch_row("SELECT 1 FROM other.schema.changing", {})
        with pytest.raises(NotSupportedError, match="not implemented"), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM other.schema.changing")
