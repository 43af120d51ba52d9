"""Rows with a version and the time of their last write. SQL that bypasses these classes must set both columns."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Func
from django.db.models.expressions import Combinable

VERSION_FIELDS = frozenset(("version", "updated_at"))


class StaleVersionError(Exception):
    """The row has another version than the one that the caller has read, such as with a stale If-Match. The message is
    for the client, if the usual one does not fit.
    """


class ClockTime(Func):
    """Unlike `Now`, the current time also in the middle of a transaction."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class VersionField(models.IntegerField):  # type: ignore[type-arg]
    """After an update, the attribute is deferred: the next access loads it."""

    def __init__(self, **kwargs: Any) -> None:
        # db_default: for INSERTs in SQL.
        super().__init__(**{"default": 1, "db_default": 1, "editable": False, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> int | Combinable:
        if add:
            return int(model_instance.__dict__[self.attname])
        model_instance.__dict__.pop(self.attname, None)
        return F(self.attname) + 1


class UpdatedAtField(models.DateTimeField):  # type: ignore[type-arg]
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"editable": False, "blank": True, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> ClockTime:
        model_instance.__dict__.pop(self.attname, None)
        return ClockTime()


class VersionedUpdate:
    """Precedes QuerySet among the bases."""

    def update(self, **values: Any) -> int:
        """Also used by `bulk_update`."""
        update = super().update  # type: ignore[misc]
        return int(update(**{"version": F("version") + 1, "updated_at": ClockTime(), **values}))


class Versioned(models.Model):
    version = VersionField()
    updated_at = UpdatedAtField()

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if not self._state.adding:
            # Fields that are not loaded cannot have changed.
            saved = {field.attname for field in self._meta.concrete_fields if not field.primary_key}
            update_fields = {*(saved - self.get_deferred_fields() if update_fields is None else update_fields)}
            update_fields |= VERSION_FIELDS
        super().save(*args, update_fields=update_fields, **kwargs)
