from typing import Any, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from hindsight.db.foreign_keys import ForeignKeyConstraint

Row = TypeVar("Row", bound=models.Model)


class OrgRowsQuerySet(models.QuerySet[Row]):
    def for_org(self, org_id: int) -> Self:
        return self.filter(org_id=org_id)

    def without_test_rooms(self) -> Self:
        return self.filter(org__test_room_of=None)


class SameOrg(ForeignKeyConstraint):
    """A composite foreign key on (org, field): the referenced row must have the same org.

    The referenced table needs a unique constraint on (org, id).
    """

    def reference(self, model: Any, quote: Any) -> str:
        field = model._meta.get_field(self.field)
        target = field.related_model._meta
        return (
            f"FOREIGN KEY ({quote('org_id')}, {quote(field.column)}) "
            f"REFERENCES {quote(target.db_table)} ({quote('org_id')}, {quote(target.pk.column)})"
        )

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        if self.field not in (exclude or ()) and getattr(instance, self.field).org_id != instance.org_id:
            raise ValidationError({self.field: "This row belongs to another org."})
