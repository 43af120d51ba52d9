from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from interviews.lifecycle import ABANDONED_AFTER, NEXT_STAGES, Speaker, Stage
from interviews.models.interview_request import InterviewRequest
from interviews.models.interview_type import guide_version
from interviews.models.turn import Turn
from orgs.tenancy import SameOrg, TenantQuerySet

UNFINISHED = (Stage.CONSENTED, Stage.IN_PROGRESS, Stage.RECAP)


class ConversationQuerySet(TenantQuerySet["Conversation"]):
    def abandoned(self) -> Self:
        """Unfinished conversations without activity for ABANDONED_AFTER."""
        return self.filter(stage__in=UNFINISHED, last_activity_at__lt=timezone.now() - ABANDONED_AFTER)

    def running(self) -> Self:
        """Unfinished conversations that are not abandoned."""
        return self.filter(stage__in=UNFINISHED, last_activity_at__gte=timezone.now() - ABANDONED_AFTER)

    def waiting_for_a_question(self, longest_wait: timedelta) -> Self:
        """The last turn is an answer, stored within `longest_wait`: Paige's next question is being chosen."""
        last_speaker = Turn.objects.filter(interview_request=OuterRef("pk")).order_by("-number").values("speaker")[:1]
        recent = self.filter(stage=Stage.IN_PROGRESS, last_activity_at__gte=timezone.now() - longest_wait)
        return recent.alias(last_speaker=Subquery(last_speaker)).filter(last_speaker=Speaker.CONTACT)


class Conversation(models.Model):
    """Created when the contact consents, with a copy of the guide.

    A separate table, so that a PATCH of the interview request never waits for a lock of the survey page.
    """

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="conversations", db_index=False)
    interview_request = models.OneToOneField(
        InterviewRequest, on_delete=models.CASCADE, primary_key=True, related_name="conversation"
    )
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.CONSENTED)
    guide = models.JSONField()
    guide_version = guide_version()
    consented_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True, help_text="When Paige asked the first question.")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When the questions were finished.")
    last_activity_at = models.DateTimeField()

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("org", "stage", "last_activity_at"), name="conversation_of_org_by_stage"),
            # For lists of all orgs.
            models.Index(fields=("stage", "last_activity_at"), name="conversation_of_any_by_stage"),
        )
        constraints = (
            SameOrg("interview_request", name="conversation_request_is_of_org"),
            models.CheckConstraint(
                name="conversation_stage_is_known",
                condition=Q(stage__in=[stage for stage in Stage if stage != Stage.INVITED]),
            ),
            models.CheckConstraint(
                name="conversation_finished_has_time",
                condition=Q(stage__in=[Stage.RECAP, Stage.COMPLETED], finished_at__isnull=False)
                | Q(stage__in=[Stage.CONSENTED, Stage.IN_PROGRESS], finished_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"Conversation of interview request {self.pk}"

    @property
    def is_abandoned(self) -> bool:
        return self.stage in UNFINISHED and self.last_activity_at < timezone.now() - ABANDONED_AFTER

    def may_transition_to(self, stage: Stage) -> bool:
        return stage in NEXT_STAGES[self.stage]

    def transition_to(self, stage: Stage, **changes: Any) -> None:
        """Saves the stage and `changes`. Raises ValueError if NEXT_STAGES does not allow the transition."""
        if not self.may_transition_to(stage):
            raise ValueError(f"A conversation cannot go from {self.stage} to {stage}.")
        self.touch(stage=stage, **changes)

    def touch(self, **changes: Any) -> None:
        """Saves `changes` and the time of the last activity."""
        changes["last_activity_at"] = timezone.now()
        for field, value in changes.items():
            setattr(self, field, value)
        self.save(update_fields=[*changes])
