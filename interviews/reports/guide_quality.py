from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Length, Replace, Trim

from interviews.lifecycle import Move, Stage
from interviews.models import Conversation, InterviewType, Turn
from interviews.reports.interview_statistics import completion_percent

NEWEST = 1_000
"""Limits the interviews read for each type, and so the time."""


@dataclass(frozen=True)
class VersionQuality:
    """`begun`: with a consent. `last_topic`: the topic where most interviews were broken off: `stopped` of them.

    `words`: the mean of an answer. None without answers.
    """

    version: int
    begun: int
    completed: int
    broken_off: int
    last_topic: str
    stopped: int
    words: float | None

    @property
    def completion_percent(self) -> int | None:
        return completion_percent(self.completed, self.broken_off)


def quality_by_version(interview_type: InterviewType) -> list[VersionQuality]:
    of_type = Conversation.objects.for_org(interview_type.org_id).filter(
        interview_request__interview_type=interview_type, consented_at__isnull=False
    )
    newest = list(of_type.order_by("-pk").values_list("pk", flat=True)[:NEWEST])
    rows: Any = Conversation.objects.for_org(interview_type.org_id).filter(pk__in=newest).order_by()
    begun = rows.values("guide_version").annotate(begun=Count("pk"), done=Count("pk", filter=Q(stage=Stage.COMPLETED)))
    stopped: dict[int, list[tuple[int, str]]] = defaultdict(list)
    counts = rows.broken_off().values_list("guide_version", "last_topic").annotate(count=Count("pk"))
    for version, topic, count in counts:
        stopped[version].append((count, topic))
    words = _words_by_version(interview_type, newest)
    return [
        VersionQuality(
            version=(version := row["guide_version"]),
            begun=row["begun"],
            completed=row["done"],
            broken_off=sum(count for count, _ in stopped[version]),
            last_topic=max(stopped[version], default=(0, ""))[1],
            stopped=max(stopped[version], default=(0, ""))[0],
            words=words.get(version),
        )
        for row in begun.order_by("-guide_version")
    ]


def _words_by_version(interview_type: InterviewType, requests: list[int]) -> dict[int, float]:
    answers: Any = (
        Turn.objects.for_org(interview_type.org_id).filter(interview_request__in=requests, move=Move.ANSWER).order_by()
    )
    return dict(answers.values_list("guide_version").annotate(words=Avg(words_of_a_text())))


def words_of_a_text() -> Combinable:
    """Counts spaces, so that the texts stay in the database."""
    text = Trim(F("text"))
    return Length(text) - Length(Replace(text, Value(" "), Value(""))) + 1
