from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Avg, Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from interviews.lifecycle import ABANDONED_AFTER, NEXT_STAGES, DeclineReason, Rating, Speaker, Stage
from interviews.models.interview_request import InterviewRequest
from interviews.models.interview_type import InterviewType, guide_name, guide_version
from interviews.models.turn import Turn
from interviews.text import MAX_COMMENT_LENGTH
from orgs.tenancy import OrgRowsQuerySet, SameOrg

UNFINISHED = (Stage.CONSENTED, Stage.IN_PROGRESS, Stage.RECAP)


def is_abandoned() -> Q:
    return Q(stage__in=UNFINISHED, last_activity_at__lt=timezone.now() - ABANDONED_AFTER)


def is_running() -> Q:
    return Q(stage__in=UNFINISHED, last_activity_at__gte=timezone.now() - ABANDONED_AFTER)


class ConversationQuerySet(OrgRowsQuerySet["Conversation"]):
    def with_progress(self) -> Self:
        return self.annotate(progress=F("interview_request__progress"))

    def abandoned(self) -> Self:
        return self.filter(is_abandoned())

    def running(self) -> Self:
        return self.filter(is_running())

    def completed(self) -> Self:
        return self.filter(stage=Stage.COMPLETED)

    def broken_off(self) -> Self:
        return self.filter(Q(stage=Stage.DECLINED) | is_abandoned(), consented_at__isnull=False)

    def waiting_for_a_question(self, longest_wait: timedelta) -> Self:
        """The last turn is an answer, stored within `longest_wait`."""
        last_speaker = Turn.objects.filter(interview_request=OuterRef("pk")).order_by("-number").values("speaker")[:1]
        recent = self.filter(stage=Stage.IN_PROGRESS, last_activity_at__gte=timezone.now() - longest_wait)
        return recent.alias(last_speaker=Subquery(last_speaker)).filter(last_speaker=Speaker.CONTACT)

    def ratings_by_version(self, interview_type: InterviewType) -> Iterable[Mapping[str, Any]]:
        """Yields `version`, `count` and `mean` for each rated version of the guide, newest first."""
        rated = self.for_org(interview_type.org_id).filter(
            interview_request__interview_type=interview_type, rating__isnull=False
        )
        by_version = rated.values(version=F("guide_version"))
        return by_version.annotate(count=Count("pk"), mean=Avg("rating")).order_by("-version")


class Conversation(models.Model):
    """Created when the contact consents or declines, with a copy of the guide.

    A separate table, so that a PATCH of the interview request never waits for a lock of the survey page.
    """

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="conversations", db_index=False)
    interview_request = models.OneToOneField(
        InterviewRequest, on_delete=models.CASCADE, primary_key=True, related_name="conversation"
    )
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.CONSENTED)
    guide = models.JSONField()
    guide_version = guide_version()
    guide_name = guide_name()
    language = models.CharField(
        max_length=2, blank=True, default="", db_default="", help_text="The language that the contact switched to."
    )
    translation = models.JSONField(null=True, help_text="A copy of the guide in the other language.")
    consented_at = models.DateTimeField(null=True, help_text="Empty if the contact declined without it.")
    started_at = models.DateTimeField(null=True, blank=True, help_text="When Paige asked the first question.")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When the questions were finished.")
    last_activity_at = models.DateTimeField()
    last_topic = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="The key of the topic of Paige's last question."
    )
    leased_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Until then, a request computes Paige's next question. After that, another one may.",
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=20, choices=DeclineReason, blank=True, default="", db_default="")
    decline_comment = models.TextField(
        max_length=MAX_COMMENT_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text="Why the contact declined, in the contact's words.",
    )
    rating = models.PositiveSmallIntegerField(choices=Rating, null=True, blank=True)
    progress: str  # set by with_progress()

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("org", "stage", "last_activity_at"), name="conversation_of_org_by_stage"),
            models.Index(fields=("stage", "last_activity_at"), name="conversation_of_any_by_stage"),
            models.Index(fields=("org",), condition=Q(rating__isnull=False), name="conversation_of_org_rated"),
            # For statistics: they read no other column.
            models.Index(
                fields=("consented_at", "org", "stage", "last_activity_at", "last_topic"),
                name="conversation_by_consent",
            ),
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
                | Q(stage__in=[Stage.CONSENTED, Stage.IN_PROGRESS, Stage.DECLINED], finished_at__isnull=True),
            ),
            models.CheckConstraint(
                name="conversation_consent_has_time",
                condition=Q(stage=Stage.DECLINED) | Q(consented_at__isnull=False),
            ),
            models.CheckConstraint(
                name="conversation_decline_has_time",
                condition=Q(stage=Stage.DECLINED, declined_at__isnull=False)
                | (~Q(stage=Stage.DECLINED) & Q(declined_at=None, decline_reason="", decline_comment="")),
            ),
            models.CheckConstraint(
                name="conversation_decline_reason_is_known",
                condition=Q(decline_reason__in=["", *DeclineReason.values]),
            ),
            models.CheckConstraint(
                name="conversation_rating_is_of_the_completed",
                condition=Q(rating=None) | Q(stage=Stage.COMPLETED, rating__in=Rating.values),
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
        """Raises ValueError if NEXT_STAGES does not allow the transition."""
        if not self.may_transition_to(stage):
            raise ValueError(f"A conversation cannot go from {self.stage} to {stage}.")
        self.touch(stage=stage, **changes)

    def touch(self, **changes: Any) -> None:
        changes |= {"last_activity_at": timezone.now(), "leased_until": None}
        for field, value in changes.items():
            setattr(self, field, value)
        self.save(update_fields=[*changes])
