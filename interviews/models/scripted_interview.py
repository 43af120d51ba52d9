from django.db import models

from hindsight.queue.models import Queued
from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import SameOrg


class ScriptedInterview(Queued):
    """It is in the queue until the scripted buyer has answered (decision 56)."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="scripted_interviews")
    interview_request = models.OneToOneField(
        InterviewRequest, on_delete=models.CASCADE, related_name="scripted_interview"
    )

    class Meta(Queued.Meta):
        default_permissions = ()
        constraints = (SameOrg("interview_request", name="scripted_interview_request_is_of_org"),)

    def __str__(self) -> str:
        return f"Scripted interview {self.pk}"
