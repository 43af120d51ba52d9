from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F

from hindsight.db.foreign_keys import DeletedWith
from hindsight.db.full_text import FullTextField, having_words, matching, without_index
from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import OrgRowsQuerySet, SameOrg

FULL_TEXT_INDEX = "interviews_indexedanswer_words"


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
