from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations import AddIndex
from django.db.migrations.operations.base import Operation


class AddIndexWithoutBlocking(AddIndexConcurrently):
    """On PostgreSQL, unless the table is partitioned. The migration must not be atomic."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        base = self._base(schema_editor, to_state.apps.get_model(app_label, self.model_name))
        base.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        base = self._base(schema_editor, from_state.apps.get_model(app_label, self.model_name))
        base.database_backwards(self, app_label, schema_editor, from_state, to_state)

    def _base(self, schema_editor: Any, model: Any) -> type[AddIndex]:
        connection, table = schema_editor.connection, model._meta.db_table
        if connection.vendor != "postgresql":
            return AddIndex
        with connection.cursor() as cursor:
            cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = %s::regclass", [table])
            (is_partitioned,) = cursor.fetchone()
        return AddIndex if is_partitioned else AddIndexConcurrently


class DropChecks(Operation):
    """If they exist. They are not added again when it is unapplied, because append-only rows may not meet them."""

    def __init__(self, model_name: str, names: list[str]) -> None:
        self.model_name, self.names = model_name, names

    def state_forwards(self, app_label: str, state: Any) -> None:
        options = state.models[app_label, self.model_name].options
        options["constraints"] = [each for each in options.get("constraints", ()) if each.name not in self.names]
        state.reload_model(app_label, self.model_name, delay=True)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor == "sqlite":
            schema_editor._remake_table(model)
        else:
            drops = ", ".join(f"DROP CONSTRAINT IF EXISTS {name}" for name in self.names)
            schema_editor.execute(f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} {drops}")

    def database_backwards(self, *args: Any) -> None:
        pass

    def describe(self) -> str:
        return f"Drop the checks {', '.join(self.names)}"


def execute_in_schema(schema_editor: Any, sql: str, **names: str) -> None:
    """Does nothing on SQLite. `{schema}`: the current schema, for functions whose search_path excludes it."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        [schema] = cursor.fetchone()
        cursor.execute(sql.format(schema=schema, **names))
