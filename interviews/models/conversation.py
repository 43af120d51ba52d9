from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import models
from django.db.models import Avg, Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from hindsight.db.texts import optional_long_text, optional_text
from interviews.lifecycle import (
    ABANDONED_AFTER,
    MOVES,
    NEXT_STAGES,
    DeclineReason,
    Engine,
    Move,
    Rating,
    Speaker,
    Stage,
    Wording,
)
from interviews.models.interview_request import InterviewRequest
from interviews.models.interview_type import InterviewType, guide_name, guide_version
from interviews.text import MAX_COMMENT_LENGTH
from orgs.tenancy import OrgRowsQuerySet, SameOrg

UNFINISHED = (Stage.CONSENTED, Stage.IN_PROGRESS, Stage.RECAP)

MAX_FALLBACK_LENGTH = 40
WORDED = Q(worded_by=Wording.MODEL)
WORDING_FELL_BACK = ~Q(wording_fallback="")


def is_abandoned() -> Q:
    return Q(stage__in=UNFINISHED, last_activity_at__lt=timezone.now() - ABANDONED_AFTER)


def is_running() -> Q:
    return Q(stage__in=UNFINISHED, last_activity_at__gte=timezone.now() - ABANDONED_AFTER)


class ConversationQuerySet(OrgRowsQuerySet["Conversation"]):
    """A filter of staff calls `running()`, `abandoned()`, `completed()` and `broken_off()` by name."""

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
    language = optional_text(2, "The language that the contact switched to.")
    translation = models.JSONField(null=True, help_text="A copy of the guide in the other language.")
    consented_at = models.DateTimeField(null=True, help_text="Empty if the contact declined without it.")
    started_at = models.DateTimeField(null=True, blank=True, help_text="When Paige asked the first question.")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When the questions were finished.")
    last_activity_at = models.DateTimeField()
    last_topic = optional_text(40, "The key of the topic of Paige's last question.")
    leased_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Until then, a request computes Paige's next question. After that, another one may.",
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    decline_reason = optional_text(20, choices=DeclineReason)
    decline_comment = optional_long_text(
        "Why the contact declined, in the contact's words.", max_length=MAX_COMMENT_LENGTH
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


class TurnQuerySet(OrgRowsQuerySet["Turn"]):
    def of_paige(self, since: datetime) -> Self:
        return self.filter(engine__in=Engine.values, created_at__gte=since)

    def answers(self) -> Self:
        """Also those that the contact has withdrawn."""
        return self.filter(Q(move=Move.ANSWER) | Q(corrected_at__isnull=False))


class Turn(models.Model):
    """Turns are numbered from 1. An answer's number is its question's number + 1; a skip has no text.

    Only Paige's turns have engine, follow-up, wording, latency and tokens. Latency and tokens are those of the
    choice and of the wording together. `worded_by` is empty in turns of older releases.
    """

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="turns", db_index=False)
    interview_request = models.ForeignKey(InterviewRequest, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField()
    speaker = models.CharField(max_length=10, choices=Speaker)
    move = models.CharField(max_length=10, choices=Move)
    topic = models.CharField(max_length=40, help_text="The key of a topic of the guide.")
    follow_up = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The index of the follow-up that Paige put, among those of the topic."
    )
    text = models.TextField(blank=True)
    authored = optional_long_text("What Paige would have said, if a model has worded the text.")
    reading = optional_long_text("Of an answer, as JSON. Empty: not read yet.", editable=False)
    engine = models.CharField(max_length=10, choices=Engine, blank=True)
    worded_by = optional_text(10, choices=Wording)
    wording_fallback = optional_text(MAX_FALLBACK_LENGTH, "Why the words of a model are not shown.")
    guide_version = models.PositiveIntegerField()
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    corrected_at = models.DateTimeField(null=True, blank=True, help_text="When the contact corrected the answer.")

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        # For statistics of all orgs.
        indexes = (models.Index(fields=("engine", "created_at", "latency_ms"), name="turn_of_any_org_by_engine"),)
        constraints = (
            SameOrg("interview_request", name="turn_request_is_of_org"),
            # Concurrent submits store one turn.
            models.UniqueConstraint(
                fields=("org", "interview_request", "number"), name="turn_number_is_unique_in_interview"
            ),
            models.CheckConstraint(
                name="turn_move_is_its_speakers",
                condition=reduce(or_, (Q(speaker=speaker, move__in=moves) for speaker, moves in MOVES.items())),
            ),
            models.CheckConstraint(
                name="turn_engine_is_paiges",
                condition=Q(speaker=Speaker.PAIGE, engine__in=Engine.values) | Q(speaker=Speaker.CONTACT, engine=""),
            ),
            models.CheckConstraint(
                name="turn_only_a_skip_is_empty",
                condition=Q(move=Move.SKIP, text="") | (~Q(move=Move.SKIP) & ~Q(text="")),
            ),
        )

    def __str__(self) -> str:
        return f"Turn {self.number} of interview request {self.interview_request_id}"
