import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from hindsight.db.texts import optional_long_text
from hindsight.queue.models import Queued
from orgs.tenancy import OrgRowsQuerySet, SameOrg
from webhooks.models.endpoint import Endpoint, Status

# What an endpoint can subscribe to. A new event is one row here, and a call of `record_event()`.
EVENT_TYPES: Mapping[str, str] = {
    "interview.sent": "A sequence's first mail has left: see `email_sent_at`.",
    "interview.bounced": "The contact's address does not exist: no mail of the sequence leaves any more.",
    "interview.opted_out": "The contact wants no more mails: no mail of the sequence leaves any more.",
    "interview.started": "The contact has given consent, and the conversation begins, or goes on after it was "
    "abandoned.",
    "interview.abandoned": "The contact has begun, but not answered for 7 days. Recorded once a day.",
    "interview.completed": "The contact has sent the answers, and the transcript can be read.",
    "interview.flagged": "The contact wants to stop, a person or a deletion, has declined, or takes part after all: "
    "see `flags`.",
    "interview.answer_withdrawn": "After the completion, the contact has taken back an answer: read the transcript "
    "again.",
    "interview.erased": "The contact has had the personal data erased, with the answers: delete your copies.",
    "interview.cancelled": "The interview request was cancelled, or the cancellation taken back: see `cancelled_at`.",
}

# Sent by staff, to one endpoint, whatever it subscribes to.
TEST_EVENT = "webhook.test"


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


class Event(models.Model):
    """Every attempt sends the same text."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="webhook_events", db_index=False)
    message_id = models.CharField(max_length=40, unique=True, default=new_message_id, editable=False)
    type = models.CharField(max_length=40)
    interview_request_id = models.BigIntegerField(
        null=True, help_text="Empty for a test event. No foreign key, because interviews are above webhooks."
    )
    body = models.TextField(help_text="JSON.")
    created_at = models.DateTimeField()

    objects = OrgRowsQuerySet["Event"].as_manager()

    class Meta:
        verbose_name = "webhook event"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("org", "interview_request_id"), name="webhook_event_of_request"),
            models.Index(fields=("org", "created_at", "id"), name="webhook_event_by_time"),
        )
        constraints = (models.UniqueConstraint(fields=("org", "id"), name="webhook_event_of_org"),)

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", "accepted"
    REFUSED = "refused", "the endpoint answered with an error"
    REDIRECTED = "redirected", "the endpoint redirects, and redirects are not followed"
    TIMED_OUT = "timed_out", "no complete answer in time"
    UNREACHABLE = "unreachable", "the connection failed"
    UNKNOWN_HOST = "unknown_host", "the host name does not resolve"
    FORBIDDEN = "forbidden", "the address is not public"
    NOT_TRUSTED = "not_trusted", "the TLS certificate is not valid"


class DeliveryQuerySet(OrgRowsQuerySet["Delivery"]):
    def pending(self) -> Self:
        return self.filter(status=Status.PENDING)

    def without_answers(self) -> Self:
        return self.defer("answer_headers", "answer_body")

    def overdue(self, before: datetime) -> Self:
        """Without those that wait because their endpoint is slow."""
        return self.pending().filter(due_at__lt=before, endpoint__slow_since=None)


class Delivery(Queued):
    """It is in the queue while it is pending."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="webhook_deliveries", db_index=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Since the last replay: the schedule counts them.")
    earlier_attempts = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Before the last replay.")
    last_outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, help_text="The HTTP status of the last answer.")
    last_attempt_at = models.DateTimeField(null=True)
    answer_headers = optional_long_text("Of the last answer, without secrets. Empty after 7 days.")
    answer_body = optional_long_text("The first 2 kB of the last answer. Empty after 7 days.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        ordering = ("-id",)
        permissions = (
            ("view_own_delivery", "Can view webhook deliveries of orgs that they manage"),
            ("change_own_delivery", "Can change webhook deliveries of orgs that they manage"),
        )
        indexes = (
            # For the queue: the oldest of each endpoint, and those that workers have. There is no index of due_at
            # alone: PostgreSQL may choose it for one endpoint, and read the rows of all others.
            models.Index(
                fields=("endpoint", "due_at"), condition=Q(status=Status.PENDING), name="webhook_delivery_lane"
            ),
            models.Index(
                fields=("leased_until",),
                condition=Q(status=Status.PENDING, leased_until__isnull=False),
                name="webhook_delivery_leased",
            ),
            models.Index(fields=("endpoint", "id"), name="webhook_delivery_of_endpoint"),
            # For lists of all endpoints.
            models.Index(fields=("org", "id"), name="webhook_delivery_of_org"),
            models.Index(fields=("status", "id"), name="webhook_delivery_by_status"),
            models.Index(fields=("created_at",), name="webhook_delivery_by_time"),
            # For the daily purge of answers.
            models.Index(
                fields=("last_attempt_at",),
                condition=~Q(answer_headers=""),
                name="webhook_delivery_answered",
            ),
        )
        constraints = (
            SameOrg("endpoint", name="webhook_delivery_endpoint_is_of_org"),
            SameOrg("event", name="webhook_delivery_event_is_of_org"),
            models.CheckConstraint(name="webhook_delivery_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="webhook_delivery_outcome_known", condition=Q(last_outcome__in=["", *Outcome.values])
            ),
        )

    def __str__(self) -> str:
        return f"Webhook delivery {self.pk}"

    @property
    def all_attempts(self) -> int:
        return self.earlier_attempts + self.attempts

    @property
    def next_attempt_at(self) -> datetime | None:
        return self.due_at if self.status == Status.PENDING else None
