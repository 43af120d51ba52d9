"""How models choose and word: in the last hour for all orgs, and compared with the rules for an interview type."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Avg, Count, Exists, OuterRef, Q
from django.utils import timezone

from interviews.lifecycle import ASKED_THE_MODEL, Engine, Move, Stage, Wording
from interviews.models import Conversation, InterviewType, Turn
from interviews.models.conversation import WORDED, WORDING_FELL_BACK
from interviews.reports.guide_quality import NEWEST, newest_begun, words_of_a_text
from interviews.reports.interview_statistics import completion_percent

PERIOD = timedelta(hours=1)
MAX_FALLBACK_PERCENT, MAX_WORDING_FALLBACK_PERCENT = 5, 20
NEWEST_LATENCIES = 1_000
ASKED = Q(engine__in=ASKED_THE_MODEL) | WORDED | WORDING_FELL_BACK


class Latency(NamedTuple):
    """In seconds."""

    median: float
    p95: float


@dataclass(frozen=True)
class ModelStatistics:
    """`turns`: asked the model in PERIOD. `latency`: of the newest turns that the model chose. `to_word`: messages of
    PERIOD that a model was to word.
    """

    turns: int
    fallbacks: int
    to_word: int
    wording_fallbacks: int
    waiting_turns: int
    latency: Latency | None

    @property
    def fallback_percent(self) -> float:
        return round(100 * self.fallbacks / self.turns, 1) if self.turns else 0.0

    @property
    def falls_back_too_often(self) -> bool:
        return self.fallback_percent > MAX_FALLBACK_PERCENT

    @property
    def wording_fallback_percent(self) -> float:
        return round(100 * self.wording_fallbacks / self.to_word, 1) if self.to_word else 0.0


def model_statistics() -> ModelStatistics:
    since = timezone.now() - PERIOD
    of_paige = Turn.objects.of_paige(since)
    counts = of_paige.aggregate(
        turns=Count("pk", filter=Q(engine__in=ASKED_THE_MODEL)),
        fallbacks=Count("pk", filter=Q(engine=Engine.FALLBACK)),
        to_word=Count("pk", filter=WORDED | WORDING_FELL_BACK),
        wording_fallbacks=Count("pk", filter=WORDING_FELL_BACK),
    )
    newest = of_paige.filter(engine=Engine.MODEL).order_by("-created_at").values_list("latency_ms", flat=True)
    return ModelStatistics(
        **counts,
        waiting_turns=Conversation.objects.waiting_for_a_question(timedelta(seconds=settings.PAIGE_TIMEOUT)).count(),
        latency=_latency(sorted(milliseconds or 0 for milliseconds in newest[:NEWEST_LATENCIES])),
    )


def _latency(milliseconds: Sequence[int]) -> Latency | None:
    """`milliseconds`: sorted."""
    if not milliseconds:
        return None
    last = len(milliseconds) - 1
    return Latency(milliseconds[round(0.5 * last)] / 1000, milliseconds[round(0.95 * last)] / 1000)


@dataclass(frozen=True)
class EngineQuality:
    """Of the interviews whose turns were chosen and worded so. None: without any.

    `words`: the mean of an answer. `latency_ms`, `prompt_tokens`, `completion_tokens`: the means of a turn that asked a
    model, over all its requests.
    """

    engine: Engine
    wording: Wording
    begun: int
    completed: int
    rating: float | None
    broken_off: int = 0
    words: float | None = None
    chosen: int = 0
    choice_fallbacks: int = 0
    worded: int = 0
    wording_fallbacks: int = 0
    latency_ms: float | None = None
    prompt_tokens: float | None = None
    completion_tokens: float | None = None

    @property
    def seconds(self) -> float | None:
        return None if self.latency_ms is None else self.latency_ms / 1000

    @property
    def tokens(self) -> int | None:
        return None if self.prompt_tokens is None else round(self.prompt_tokens + (self.completion_tokens or 0))

    @property
    def completion_percent(self) -> int | None:
        return completion_percent(self.completed, self.broken_off)

    @property
    def choice_fallback_percent(self) -> int | None:
        return round(100 * self.choice_fallbacks / self.chosen) if self.chosen else None

    @property
    def wording_fallback_percent(self) -> int | None:
        return round(100 * self.wording_fallbacks / self.worded) if self.worded else None


def quality_by_engine(interview_type: InterviewType) -> list[EngineQuality]:
    """Empty if no model was asked in any of the interviews."""
    newest = list(newest_begun(interview_type).values_list("pk", flat=True)[:NEWEST])
    conversations: Any = Conversation.objects.for_org(interview_type.org_id).filter(pk__in=newest).order_by()
    turns: Any = Turn.objects.for_org(interview_type.org_id).filter(interview_request__in=newest).order_by()
    begun = _grouped(conversations, begun=Count("pk"), completed=Count("pk", filter=Q(stage=Stage.COMPLETED)))
    rated = _grouped(conversations, rating=Avg("rating"))
    broken_off = _grouped(conversations.broken_off(), broken_off=Count("pk"))
    said = _grouped(
        turns,
        "interview_request",
        words=Avg(words_of_a_text(), filter=Q(move=Move.ANSWER)),
        chosen=Count("pk", filter=Q(engine__in=ASKED_THE_MODEL)),
        choice_fallbacks=Count("pk", filter=Q(engine=Engine.FALLBACK)),
        worded=Count("pk", filter=WORDED | WORDING_FELL_BACK),
        wording_fallbacks=Count("pk", filter=WORDING_FELL_BACK),
        **{name: Avg(name, filter=ASKED) for name in ("latency_ms", "prompt_tokens", "completion_tokens")},
    )
    found = [
        EngineQuality(
            Engine.MODEL if key[0] else Engine.RULES,
            Wording.MODEL if key[1] else Wording.GUIDE,
            **{**begun[key], **rated[key], **broken_off.get(key, {}), **said.get(key, {})},
        )
        for key in sorted(begun)
    ]
    return found if any(key != (False, False) for key in begun) else []


def _grouped(rows: Any, pk: str = "pk", **figures: Any) -> dict[tuple[bool, bool], dict[str, Any]]:
    """By whether a model was asked to choose in the interview, and to word."""
    turns = Turn.objects.filter(interview_request=OuterRef(pk))
    groups = {
        "asked_to_choose": Exists(turns.filter(engine__in=ASKED_THE_MODEL)),
        "asked_to_word": Exists(turns.filter(WORDED | WORDING_FELL_BACK)),
    }
    found = rows.annotate(**groups).values(*groups).annotate(**figures)
    return {(row.pop("asked_to_choose"), row.pop("asked_to_word")): row for row in found}
