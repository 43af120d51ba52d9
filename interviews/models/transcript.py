from django.db import models

from hindsight.db.ids import PublicId
from hindsight.queue.models import Queued
from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import SameOrg


class Transcript(PublicId, models.Model):
    """Created on completion. Afterwards, drivers can be added, and the contact can take back answers."""

    ID_PREFIX = "doc_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="transcripts")
    interview_request = models.OneToOneField(InterviewRequest, on_delete=models.CASCADE, related_name="transcript")
    content = models.TextField(help_text="Markdown: **Paige:** and **Name:** blocks.")
    key_answers = models.JSONField(default=list, help_text="Verbatim excerpts of the contact's answers, by topic.")
    drivers = models.JSONField(default=list, help_text="What spoke for the vendor or against it, in verbatim quotes.")
    coverage = models.JSONField(default=list, help_text="What of the objective was answered when it was completed.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (SameOrg("interview_request", name="transcript_request_is_of_org"),)

    def __str__(self) -> str:
        return self.public_id


class DriverChoice(Queued):
    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="driver_choices")
    interview_request = models.OneToOneField(InterviewRequest, on_delete=models.CASCADE, related_name="driver_choice")

    class Meta(Queued.Meta):
        default_permissions = ()
        constraints = (SameOrg("interview_request", name="driver_choice_request_is_of_org"),)

    def __str__(self) -> str:
        return f"Driver choice {self.pk}"
