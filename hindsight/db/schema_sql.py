from typing import Any


def execute_in_schema(schema_editor: Any, sql: str, **names: str) -> None:
    """Runs SQL of a migration on PostgreSQL, and nothing on other databases.

    `{schema}` in `sql` becomes the quoted name of the current schema, for functions whose search_path excludes it.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        [schema] = cursor.fetchone()
        cursor.execute(sql.format(schema=schema, **names))
