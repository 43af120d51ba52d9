"""Foreign keys that Django's fields cannot declare.

Declare them in Meta.constraints: Django recreates altered SQLite tables and would lose them otherwise.
"""

from typing import Any

from django.db import models


class ForeignKeyConstraint(models.BaseConstraint):
    def __init__(self, field: str, *, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def reference(self, model: Any, quote: Any) -> str:
        raise NotImplementedError

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return f"CONSTRAINT {quote(self.name)} {self.reference(model, quote)}"

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return schema_editor._delete_constraint_sql(schema_editor.sql_delete_fk, model, self.name)

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """The database checks it."""

    def deconstruct(self) -> tuple[str, tuple[str], dict[str, str]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", (self.field,), {"name": self.name}

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), self.field, self.name))


class DeletedWith(ForeignKeyConstraint):
    """The database deletes the row with the row of `table` that has the same value in the column of the same name.

    So does each server, also one of the release before, which does not know the table of the constraint.
    """

    def __init__(self, field: str, *, table: str, name: str) -> None:
        super().__init__(field, name=name)
        self.table = table

    def reference(self, model: Any, quote: Any) -> str:
        column = quote(model._meta.get_field(self.field).column)
        return f"FOREIGN KEY ({column}) REFERENCES {quote(self.table)} ({column}) ON DELETE CASCADE"

    def deconstruct(self) -> Any:
        path, fields, options = super().deconstruct()
        return path, fields, {**options, "table": self.table}
