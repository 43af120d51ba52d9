from typing import Any, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

Row = TypeVar("Row", bound=models.Model)


class OrgRowsQuerySet(models.QuerySet[Row]):
    def for_org(self, org_id: int) -> Self:
        return self.filter(org_id=org_id)

    def without_test_rooms(self) -> Self:
        return self.filter(org__test_room_of=None)


class SameOrg(models.BaseConstraint):
    """A composite foreign key on (org, field): the referenced row must have the same org.

    Declare it in Meta.constraints: Django recreates altered SQLite tables and would lose it otherwise. The referenced
    table needs a unique constraint on (org, id).
    """

    def __init__(self, field: str, *, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        field = model._meta.get_field(self.field)
        quote = schema_editor.quote_name
        target = field.related_model._meta
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({quote('org_id')}, {quote(field.column)}) "
            f"REFERENCES {quote(target.db_table)} ({quote('org_id')}, {quote(target.pk.column)})"
        )

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return schema_editor._delete_constraint_sql(schema_editor.sql_delete_fk, model, self.name)

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        if getattr(instance, self.field).org_id != instance.org_id:
            raise ValidationError({self.field: "This row belongs to another org."})

    def deconstruct(self) -> tuple[str, tuple[str], dict[str, str]]:
        return "orgs.tenancy.SameOrg", (self.field,), {"name": self.name}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameOrg) and (self.field, self.name) == (other.field, other.name)

    def __hash__(self) -> int:
        return hash((self.field, self.name))
