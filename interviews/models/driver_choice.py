from django.db import models

from hindsight.queue.models import Queued
from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import SameOrg


class DriverChoice(Queued):
    """A worker asks the model for drivers of a completed interview, then deletes this row."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="driver_choices")
    interview_request = models.OneToOneField(InterviewRequest, on_delete=models.CASCADE, related_name="driver_choice")

    class Meta:
        default_permissions = ()
        constraints = (SameOrg("interview_request", name="driver_choice_request_is_of_org"),)

    def __str__(self) -> str:
        return f"Driver choice {self.pk}"
