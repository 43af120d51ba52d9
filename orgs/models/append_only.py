from typing import Any, NoReturn

from django.db import models

REFUSAL = "These rows are append-only."


class AppendOnlyRows:
    """For a QuerySet."""

    def update(self, **values: Any) -> NoReturn:
        raise TypeError(REFUSAL)

    def delete(self) -> NoReturn:
        raise TypeError(REFUSAL)


class AppendOnly(models.Model):
    """Only `orgs.audit_removal` changes and deletes rows. The database refuses it too (decision 19)."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(REFUSAL)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(REFUSAL)
