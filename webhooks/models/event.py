import secrets
from collections.abc import Mapping

from django.db import models

from orgs.tenancy import OrgRowsQuerySet

# What an endpoint can subscribe to. A new event is one row here, and a call of `record_event()`.
EVENT_TYPES: Mapping[str, str] = {
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
        indexes = (models.Index(fields=("org", "interview_request_id"), name="webhook_event_of_request"),)
        constraints = (models.UniqueConstraint(fields=("org", "id"), name="webhook_event_of_org"),)

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"
