from typing import Any, Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat, Lower

from contacts.text import ERASED_DOMAIN, MAX_EXTERNAL_ID_LENGTH, MAX_NAME_LENGTH
from hindsight.db.ids import PublicId
from hindsight.db.search import Searchable, SearchableRows, SearchIndex, SearchTextField
from hindsight.db.texts import optional_text
from hindsight.db.versions import Versioned, VersionedUpdate
from orgs.tenancy import OrgRowsQuerySet


class LowercaseEmailField(models.EmailField):  # type: ignore[type-arg]
    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return value.lower() if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return self.to_python(super().get_prep_value(value))


class ContactQuerySet(SearchableRows, VersionedUpdate, OrgRowsQuerySet["Contact"]):
    def not_erased(self) -> Self:
        """Also contacts that have got a name, notes or another audited text since they were erased."""
        erased_email = Concat(Value("erased-"), Cast("pk", models.CharField()), Value(f"@{ERASED_DOMAIN}"))
        return self.exclude(**{**dict.fromkeys(Contact.audited, ""), "email": erased_email})


class Contact(PublicId, Searchable, Versioned):
    ID_PREFIX = "contact_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="contacts", db_index=False)
    email = LowercaseEmailField()
    name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    notes = models.TextField(blank=True)
    external_id = optional_text(
        MAX_EXTERNAL_ID_LENGTH, "The customer's own id of the contact.", verbose_name="external id"
    )
    search_text = SearchTextField(of=("email", "name"))
    created_at = models.DateTimeField(auto_now_add=True)

    audited = ("email", "name", "notes", "external_id")

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            # For the admin, which lists, sorts and searches the contacts of all orgs.
            models.Index(fields=("email",), name="contact_of_any_org_by_email"),
            models.Index(fields=("created_at",), name="contact_of_any_org_by_time"),
            # For lists of the API by time of change (decision 22).
            models.Index(fields=("org", "updated_at"), condition=Q(version__gt=1), name="contact_changed"),
            SearchIndex(fields=("search_text",), name="contact_by_search_text"),
        )
        constraints = (
            models.UniqueConstraint(fields=("org", "email"), name="contact_email_is_unique_in_org"),
            models.UniqueConstraint(
                fields=("org", "external_id"), condition=~Q(external_id=""), name="contact_external_id_is_unique_in_org"
            ),
            models.UniqueConstraint(fields=("org", "id"), name="contact_of_org"),
            models.CheckConstraint(name="contact_email_is_lowercase", condition=Q(email=Lower("email"))),
        )

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def erased_email(self) -> str:
        return f"erased-{self.pk}@{ERASED_DOMAIN}"
