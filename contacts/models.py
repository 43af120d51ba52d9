from typing import Any

from django.db import models
from django.db.models.functions import Lower

from contacts.text import MAX_NAME_LENGTH
from orgs.tenancy import TenantQuerySet


class LowercaseEmailField(models.EmailField):  # type: ignore[type-arg]
    """An address without regard to case: stored, and looked up, in lower case."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return value.lower() if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return self.to_python(super().get_prep_value(value))


class Contact(models.Model):
    """A buyer, as one org knows them. The notes enter every prompt of every interview of theirs."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="contacts", db_index=False)
    email = LowercaseEmailField()
    name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("org", "email"), name="contact_email_is_unique_in_org"),
            models.UniqueConstraint(fields=("org", "id"), name="contact_of_org"),
            models.CheckConstraint(name="contact_email_is_lowercase", condition=models.Q(email=Lower("email"))),
        )

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def public_id(self) -> str:
        return f"contact_{self.pk}"
