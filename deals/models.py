from datetime import datetime
from decimal import Decimal
from typing import Self, TypedDict

from django.db import models
from django.db.models import Exists, OuterRef, Q

from deals.text import AMOUNT_DECIMALS, AMOUNT_DIGITS, MAX_DEAL_ID_LENGTH, MAX_LABEL_LENGTH, MAX_REASON_LENGTH
from hindsight.db.keyset import ID_ORDER
from hindsight.db.texts import optional_text
from hindsight.db.versions import Versioned, VersionedUpdate
from hindsight.text.timestamps import utc_text
from orgs.models import Change
from orgs.tenancy import OrgRowsQuerySet


class Outcome(models.TextChoices):
    WON = "won", "won"
    LOST = "lost", "lost"
    NO_DECISION = "no_decision", "no decision"


class DealValues(TypedDict, total=False):
    """What the customer's system says. Texts are empty, and the others None, if it says nothing.

    A value that is left out is kept.
    """

    outcome: str
    reported_reason: str
    competitor: str
    segment: str
    owner: str
    amount: Decimal | None
    currency: str
    closed_at: datetime | None


FIELDS = tuple(DealValues.__annotations__)


class DealQuerySet(VersionedUpdate, OrgRowsQuerySet["Deal"]):
    def search(self, text: str) -> Self:
        return self.filter(deal_id__startswith=text)

    def with_reasons(self) -> Self:
        """Those that have a reported reason, or had one, according to the audit."""
        audited = Change.objects.filter(
            org=OuterRef("org"),
            object_type=Deal._meta.model_name,
            object_id=OuterRef("pk"),
            field="reported_reason",
        )
        return self.filter(~Q(reported_reason="") | Exists(audited))


class Deal(Versioned):
    """What the customer's system says about a deal. Interview requests name it by `deal_id`, and need no row here."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="deals", db_index=False)
    deal_id = models.CharField(max_length=MAX_DEAL_ID_LENGTH, help_text="The customer's own id.")
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    reported_reason = models.TextField(
        max_length=MAX_REASON_LENGTH, blank=True, help_text="Why, as the customer's system says. It can name people."
    )
    competitor = models.CharField(max_length=MAX_LABEL_LENGTH, blank=True)
    segment = models.CharField(max_length=MAX_LABEL_LENGTH, blank=True)
    owner = optional_text(MAX_LABEL_LENGTH, "Who sold, at the customer.")
    amount = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=AMOUNT_DECIMALS, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    audited = FIELDS

    objects = DealQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        permissions = (("view_own_deal", "Can view deals of orgs that they manage"),)
        indexes = (
            models.Index("org", ID_ORDER, name="deal_newest"),
            models.Index("org", "outcome", ID_ORDER, name="deal_by_outcome"),
            models.Index(fields=("org", "updated_at", "id"), name="deal_updated"),
            models.Index(fields=("deal_id",), opclasses=("varchar_pattern_ops",), name="deal_of_any_org_by_id"),
            models.Index(fields=("outcome", "id"), name="deal_of_any_org_by_outcome"),
        )
        constraints = (
            models.UniqueConstraint(fields=("org", "deal_id"), name="deal_id_is_unique_in_org"),
            models.UniqueConstraint(fields=("org", "id"), name="deal_of_org"),
            models.CheckConstraint(name="deal_has_an_id", condition=~Q(deal_id="")),
            models.CheckConstraint(name="deal_outcome_is_known", condition=Q(outcome__in=["", *Outcome.values])),
        )

    def __str__(self) -> str:
        return f"Deal {self.pk}"

    def audited_text(self, field: str) -> str:
        value = getattr(self, field)
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"  # without zeros at the end: 48000.5
        return utc_text(value) if isinstance(value, datetime) else value or ""
