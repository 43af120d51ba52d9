from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hindsight.db.ids import PublicId
from orgs.tenancy import OrgRowsQuerySet
from webhooks.schedule import FAILING_AFTER
from webhooks.signing import new_secret

MAX_URL_LENGTH = 500


class EndpointState(models.TextChoices):
    ACTIVE = "active", "active"
    DISABLED = "disabled", "disabled by staff"
    GONE = "gone", "disabled: it answered 410 Gone"
    FAILING = "failing", "disabled: it failed for five days"


class Status(models.TextChoices):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


GIVEN_UP = (EndpointState.GONE, EndpointState.FAILING)
"""Disabled because of their answers."""


def is_failing() -> Q:
    return Q(state=EndpointState.ACTIVE, failing_since__lt=timezone.now() - FAILING_AFTER)


class EndpointQuerySet(OrgRowsQuerySet["Endpoint"]):
    def active(self) -> Self:
        return self.filter(state=EndpointState.ACTIVE)

    def failing(self) -> Self:
        """Active endpoints without a success for FAILING_AFTER."""
        return self.filter(is_failing())


class Endpoint(PublicId, models.Model):
    ID_PREFIX = "endpoint_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="webhook_endpoints", db_index=False)
    url = models.CharField(max_length=MAX_URL_LENGTH)
    event_types = models.JSONField()
    state = models.CharField(max_length=20, choices=EndpointState, default=EndpointState.ACTIVE, editable=False)
    secret = models.CharField(max_length=80, default=new_secret, editable=False)
    previous_secret = models.CharField(max_length=80, blank=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    failing_since = models.DateTimeField(
        null=True, editable=False, help_text="The first failure after the last success."
    )
    slow_since = models.DateTimeField(
        null=True,
        editable=False,
        help_text="The first slow answer after the last quick one. Its deliveries are spaced.",
    )
    paused_until = models.DateTimeField(null=True, editable=False, help_text="After a slow answer.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook endpoint"
        ordering = ("-id",)
        permissions = (
            ("view_own_endpoint", "Can view webhook endpoints of orgs that they manage"),
            ("add_own_endpoint", "Can add webhook endpoints of orgs that they manage"),
            ("change_own_endpoint", "Can change webhook endpoints of orgs that they manage"),
        )
        constraints = (
            models.UniqueConstraint(fields=("org", "id"), name="webhook_endpoint_of_org"),
            models.UniqueConstraint(
                fields=("org", "url"),
                name="webhook_endpoint_url_is_unique",
                violation_error_message="This org already has a webhook endpoint with this URL.",
            ),
            models.CheckConstraint(name="webhook_endpoint_state_is_known", condition=Q(state__in=EndpointState.values)),
        )

    def __str__(self) -> str:
        return f"Webhook endpoint {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state == EndpointState.ACTIVE

    @property
    def is_failing(self) -> bool:
        since = self.failing_since
        return self.is_active and since is not None and since < timezone.now() - FAILING_AFTER

    @property
    def condition(self) -> str:
        if not self.is_active:
            return self.get_state_display()
        has_failed = self.failing_since is not None and not self.is_failing
        signs = {"failing": self.is_failing, "last attempt failed": has_failed, "slow": self.slow_since is not None}
        return ", ".join(["active", *(name for name, is_so in signs.items() if is_so)])

    @property
    def signing_secrets(self) -> list[str]:
        is_rotating = self.previous_secret_until is not None and self.previous_secret_until > timezone.now()
        return [self.secret, self.previous_secret] if is_rotating else [self.secret]

    def close(self, state: EndpointState) -> None:
        self.state = state
        self.save(update_fields=["state"])
        self.deliveries.pending().update(status=Status.CANCELLED, leased_until=None)
