from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from hindsight.db.search import Searchable, SearchableRows, SearchTextField
from hindsight.db.texts import optional_text
from hindsight.environment import MAX_DAYS
from orgs.branding import https_url, validate_brand_color, validate_survey_base_url
from orgs.plans import Plan, requests_per_minute
from orgs.tenancy import OrgRowsQuerySet

# A security event's detail contains it.
MAX_REASON_LENGTH = 200

# In the order of the text that is stored.
SCOPES = ("read", "write", "webhooks")


class Scopes(models.TextChoices):
    READ_WRITE = "read write", "read and write"
    READ = "read", "read"
    WRITE = "write", "write"
    WEBHOOKS = "webhooks", "webhook endpoints"
    READ_WEBHOOKS = "read webhooks", "read and webhook endpoints"
    WRITE_WEBHOOKS = "write webhooks", "write and webhook endpoints"
    ALL = "read write webhooks", "read, write and webhook endpoints"


class ApiKeyQuerySet(OrgRowsQuerySet["ApiKey"]):
    def live(self) -> "ApiKeyQuerySet":
        """Includes keys of suspended orgs."""
        unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at__isnull=True)

    def search(self, text: str) -> "ApiKeyQuerySet":
        return self.filter(Q(prefix__startswith=text) | Q(name__istartswith=text))


class ApiKey(models.Model):
    """The key itself is not stored. `orgs.keys` describes the format."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100, help_text="The system or person that uses this key.")
    prefix = models.CharField(max_length=20, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.CharField(max_length=20, choices=Scopes, default=Scopes.READ_WRITE)
    created_at = models.DateTimeField(auto_now_add=True)
    lifetime = models.DurationField(
        null=True, editable=False, help_text="From issue to expiry. Empty: the key does not expire."
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ("-id",)
        permissions = (
            ("view_own_apikey", "Can view API keys of orgs that they manage"),
            ("add_own_apikey", "Can add API keys of orgs that they manage"),
            ("change_own_apikey", "Can change API keys of orgs that they manage"),
        )

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"

    @property
    def state(self) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "live" if self.expires_at is None or self.expires_at > timezone.now() else "expired"


def optional_number(help_text: str, *maximum: MaxValueValidator) -> "models.PositiveIntegerField[Any, Any]":
    return models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), *maximum], help_text=help_text
    )


def days_kept(help_text: str) -> "models.PositiveIntegerField[Any, Any]":
    return optional_number(help_text, MaxValueValidator(MAX_DAYS))


class OrgQuerySet(SearchableRows, models.QuerySet["Org"]):
    def with_live_keys(self) -> Self:
        live = ApiKey.objects.live().filter(org=OuterRef("pk")).order_by().values("org")
        return self.annotate(live_keys=Coalesce(Subquery(live.annotate(count=Count("pk")).values("count")), 0))

    def without_test_rooms(self) -> Self:
        return self.filter(test_room_of=None)


class Org(Searchable):
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    search_text = SearchTextField(of=("name", "slug"))
    plan = models.CharField(max_length=20, choices=Plan)
    own_rate_limit = optional_number(
        "Requests per minute granted by this org's contract. Leave empty to use the plan's limit."
    )
    key_days = optional_number(
        "Days until a new API key expires, unless it is issued for fewer. Empty: keys do not expire."
    )
    audit_days = days_kept("Days until a change of the audit is deleted. Empty: the operator's setting applies.")
    transcript_days = days_kept(
        "Days until the transcript and answers of an interview are deleted. Empty: they are kept."
    )
    contact_days = days_kept("Days without activity until a contact's personal data are erased. Empty: they are kept.")
    contact_address = optional_text(
        200,
        "An email address, page or phone number. The survey page shows it, and Paige to contacts who want to "
        "reach a person.",
    )
    privacy_url = optional_text(
        500, "The org's privacy notice, https://…. The survey page links to it.", validators=[https_url]
    )
    imprint_url = optional_text(
        500, "The org's imprint, https://…. The survey page links to it.", validators=[https_url]
    )
    survey_base_url = optional_text(
        200,
        "Survey links begin with it: https:// and a host name of the org's own, which the operator has set "
        "up. Empty: the server's own.",
        validators=[validate_survey_base_url],
    )
    brand_color = optional_text(
        7,
        "The colour of links and buttons on the survey page, such as #1b6b5f. It needs a contrast of 4.5:1 "
        "with white; for dark screens, the page makes it lighter. Empty: Hindsight's green.",
        validators=[validate_brand_color],
    )
    logo = optional_text(40, "The name of the image in `Logo`: a hash and an extension.", editable=False)
    names_subjects = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Paige may name a subject of the objective, such as SSO, once its topic was asked and the contact "
        "has not mentioned it.",
    )
    shares_corrections = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Quotes whose drivers staff have corrected leave the org, with question and answer, to train the "
        "reader. Names, email addresses and phone numbers are replaced; names that are stored nowhere, such as a "
        "colleague's, can remain. Only if the org's privacy notice allows it.",
    )
    is_active = models.BooleanField(default=True, help_text="Inactive orgs are suspended: their API keys are rejected.")
    suspension_reason = optional_text(MAX_REASON_LENGTH)
    account_managers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="managed_orgs",
        blank=True,
        help_text="Logins with the role account manager who manage this org and see its interviews.",
    )
    test_room_of = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="test_room",
        help_text="The org whose test keys reach this one. Empty: this is no test room.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    live_keys: int  # set by with_live_keys()

    objects = OrgQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        permissions = (
            ("view_own_org", "Can view orgs that they manage"),
            ("change_own_org", "Can change orgs that they manage"),
        )
        constraints = (
            models.CheckConstraint(name="org_plan_is_known", condition=Q(plan__in=Plan.values)),
            models.CheckConstraint(
                name="org_own_rate_limit_is_positive",
                condition=Q(own_rate_limit__isnull=True) | Q(own_rate_limit__gte=1),
            ),
            models.CheckConstraint(
                name="org_active_has_no_suspension_reason",
                condition=Q(is_active=False) | Q(suspension_reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} (test room)" if self.is_test_room else self.name

    @property
    def is_test_room(self) -> bool:
        return self.test_room_of_id is not None

    @property
    def requests_per_minute(self) -> int:
        return requests_per_minute(self.plan, self.own_rate_limit)


class Logo(models.Model):
    """The bytes of `Org.logo`, in the database, because several servers serve them."""

    org = models.OneToOneField("orgs.Org", on_delete=models.CASCADE, primary_key=True, related_name="+")
    name = models.CharField(max_length=40, db_index=True)
    content = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
