import hashlib
import json
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Prefetch, Q

from deals.text import MAX_LABEL_LENGTH
from hindsight.db.foreign_keys import DeletedWith
from hindsight.db.full_text import FullTextField, having_words, matching, without_index
from hindsight.db.ids import PublicId
from hindsight.db.texts import optional_long_text, optional_text
from interviews.lifecycle import Direction, DriverAbout, DriverSource, Review
from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import OrgRowsQuerySet, SameOrg

FULL_TEXT_INDEX = "interviews_indexedanswer_words"


class Transcript(PublicId, models.Model):
    """Created on completion. Afterwards, drivers can be added, and the contact can take back answers."""

    ID_PREFIX = "doc_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="transcripts")
    interview_request = models.OneToOneField(InterviewRequest, on_delete=models.CASCADE, related_name="transcript")
    content = models.TextField(help_text="Markdown: **Paige:** and **Name:** blocks.")
    key_answers = models.JSONField(default=list, help_text="Verbatim excerpts of the contact's answers, by topic.")
    drivers = models.JSONField(default=list, help_text="A copy of its drivers, as GET shows them.")
    coverage = models.JSONField(default=list, help_text="What of the objective was answered when it was completed.")
    summary = models.JSONField(
        default=dict, db_default={}, help_text="What would have changed the decision, and the sentences of a model."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (SameOrg("interview_request", name="transcript_request_is_of_org"),)

    def __str__(self) -> str:
        return self.public_id


class DriverQuerySet(OrgRowsQuerySet["Driver"]):
    def not_rejected(self) -> Self:
        return self.exclude(review=Review.REJECTED)

    def counted(self) -> Self:
        return self.filter(is_counted=True)


def prefetched_drivers() -> "Prefetch[str]":
    """As `said` of interview requests, in the order of the transcript, without rejected ones."""
    return Prefetch("drivers", Driver.objects.not_rejected().order_by("start"), to_attr="said")


class Driver(PublicId, models.Model):
    """What spoke for the vendor or against it, in the contact's words (decision 60)."""

    ID_PREFIX = "drv_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="drivers", db_index=False)
    interview_request = models.ForeignKey(
        InterviewRequest, on_delete=models.CASCADE, related_name="drivers", db_index=False
    )
    completed_at = models.DateTimeField(help_text="When the interview was completed.")
    topic = models.CharField(max_length=40, help_text="The key of a topic of the guide.")
    title = models.TextField(help_text="The topic's title in the guide.")
    direction = models.CharField(max_length=10, choices=Direction)
    quote = models.TextField()
    turn = models.PositiveSmallIntegerField()
    start = models.PositiveIntegerField(help_text="In code points of the transcript's content, as is the end.")
    end = models.PositiveIntegerField()
    is_reason = models.BooleanField(help_text="Whether the contact gives it as a reason for the decision.")
    is_decisive = models.BooleanField(
        default=False, db_default=False, help_text="Whether the contact says that it tipped the decision."
    )
    about = optional_text(10, choices=DriverAbout)
    about_name = optional_text(MAX_LABEL_LENGTH, "Of the competitor.")
    review = models.CharField(max_length=10, choices=Review, blank=True, default="")
    source = models.CharField(
        max_length=10, choices=DriverSource, default=DriverSource.READ, db_default=DriverSource.READ
    )
    as_read = models.JSONField(null=True, help_text="The values that staff have corrected, as they were read.")
    tags = models.JSONField(default=list, db_default=[])
    comment = optional_long_text("By staff. Not in the API.")
    is_counted = models.BooleanField(
        help_text="Whether it is the strongest one of its topic and direction in the interview, and not rejected."
    )

    CORRECTED = ("topic", "direction", "about", "about_name", "is_decisive")
    audited = ("review", *CORRECTED, "tags", "comment")

    objects = DriverQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = (
            ("review_driver", "Can confirm and reject drivers"),
            ("review_own_driver", "Can confirm and reject drivers in orgs that they manage"),
        )
        indexes = (
            models.Index(fields=("org", "completed_at", "id"), name="driver_of_org_newest"),
            models.Index(
                fields=("org", "completed_at", "topic", "direction", "interview_request"),
                condition=Q(is_counted=True),
                name="driver_of_org_counted",
            ),
            # For all orgs.
            models.Index(
                fields=("completed_at", "org", "topic", "direction", "interview_request"),
                condition=Q(is_counted=True),
                name="driver_of_any_org_counted",
            ),
        )
        constraints = (
            SameOrg("interview_request", name="driver_request_is_of_org"),
            DeletedWith("interview_request", table="interviews_transcript", name="driver_is_of_a_transcript"),
            models.UniqueConstraint(fields=("interview_request", "start"), name="driver_place_is_unique"),
            models.UniqueConstraint(
                fields=("interview_request", "topic", "direction"),
                condition=Q(is_counted=True),
                name="driver_is_counted_once",
            ),
            models.CheckConstraint(name="driver_direction_is_known", condition=Q(direction__in=Direction.values)),
            models.CheckConstraint(name="driver_about_is_known", condition=Q(about__in=["", *DriverAbout.values])),
            models.CheckConstraint(name="driver_source_is_known", condition=Q(source__in=DriverSource.values)),
            models.CheckConstraint(name="driver_review_is_known", condition=Q(review__in=["", *Review.values])),
            models.CheckConstraint(
                name="driver_rejected_is_not_counted", condition=~Q(review=Review.REJECTED, is_counted=True)
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def strength(self) -> tuple[bool, bool, bool, int]:
        """The greatest is that of a driver that a person has confirmed or written, then of a reason, then of the first
        one.
        """
        is_checked = self.review == Review.CONFIRMED or self.source == DriverSource.STAFF
        return is_checked, self.is_decisive, self.is_reason, -self.start

    @property
    def is_of_staff(self) -> bool:
        """Whether a new reading must keep it."""
        return bool(self.review or self.source == DriverSource.STAFF or self.tags or self.comment)

    @property
    def digest(self) -> str:
        """Differs after each change by staff."""
        values = [getattr(self, field) for field in self.audited]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]

    def audited_text(self, field: str) -> str:
        value = getattr(self, field)
        if field == "tags":
            return ", ".join(value)
        return value if isinstance(value, str) else "yes" if value else "no"


class IndexedAnswerQuerySet(OrgRowsQuerySet["IndexedAnswer"]):
    def matching(self, terms: str) -> Self:
        """`terms`: of `quoted_terms()`."""
        return self.filter(matching(terms, index=FULL_TEXT_INDEX))

    def read_for(self, terms: str) -> Self:
        """As `matching()`, without the full-text index of PostgreSQL."""
        return self.alias(read=without_index("words")).filter(matching(terms, index=FULL_TEXT_INDEX, column="read"))

    def read_for_words(self, terms: str) -> Self:
        """On PostgreSQL: those that have all words of the terms, without the full-text index."""
        return self.alias(read=without_index("words")).filter(having_words(terms, column="read"))

    def newest_first(self, *, by_index: bool = True) -> Self:
        """`by_index`: else by an expression that no index has, so that PostgreSQL reads the rows by another index."""
        time = F("completed_at") if by_index else F("completed_at") + timedelta(0)
        return self.order_by(time.desc(), "-pk")


class IndexedAnswer(models.Model):
    """An answer of a completed interview, for full-text search (decision 60). Never updated."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="indexed_answers", db_index=False)
    interview_request = models.ForeignKey(
        InterviewRequest, on_delete=models.CASCADE, related_name="indexed_answers", db_index=False
    )
    completed_at = models.DateTimeField(help_text="When the interview was completed.")
    topic = models.CharField(max_length=40, blank=True, help_text="The key of the topic of the question.")
    turn = models.PositiveSmallIntegerField()
    start = models.PositiveIntegerField(help_text="In code points of the transcript's content, as is the end.")
    end = models.PositiveIntegerField()
    configuration = models.CharField(max_length=20, help_text="The text search configuration of PostgreSQL.")
    words = FullTextField()

    objects = IndexedAnswerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = (
            models.Index(fields=("org", "completed_at", "id"), name="indexed_answer_of_org_newest"),
            models.Index(fields=("completed_at", "id"), name="indexed_answer_newest"),
        )
        constraints = (
            SameOrg("interview_request", name="indexed_answer_request_is_of_org"),
            DeletedWith("interview_request", table="interviews_transcript", name="indexed_answer_has_a_transcript"),
            models.UniqueConstraint(fields=("interview_request", "turn"), name="indexed_answer_turn_is_unique"),
        )

    def __str__(self) -> str:
        return f"Answer {self.turn} of interview request {self.interview_request_id}"
