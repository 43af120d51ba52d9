from django.db import models

from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import SameOrg


class Transcript(models.Model):
    """Created on completion and never changed."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="transcripts")
    interview_request = models.OneToOneField(InterviewRequest, on_delete=models.CASCADE, related_name="transcript")
    content = models.TextField(help_text="Markdown: **Paige:** and **Name:** blocks.")
    key_answers = models.JSONField(default=list, help_text="Verbatim excerpts of the contact's answers, by topic.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (SameOrg("interview_request", name="transcript_request_is_of_org"),)

    def __str__(self) -> str:
        return self.document_id

    @property
    def document_id(self) -> str:
        return f"doc_{self.pk}"
