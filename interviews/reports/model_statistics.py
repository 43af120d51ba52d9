from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from interviews.lifecycle import ASKED_THE_MODEL, Engine
from interviews.models import Conversation, Turn
from interviews.models.turn import WORDED, WORDING_FELL_BACK

PERIOD = timedelta(hours=1)
MAX_FALLBACK_PERCENT = 5
MAX_WORDING_FALLBACK_PERCENT = 20
NEWEST_LATENCIES = 1_000


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

    @property
    def words_fall_back_too_often(self) -> bool:
        return self.wording_fallback_percent > MAX_WORDING_FALLBACK_PERCENT


def model_statistics() -> ModelStatistics:
    since = timezone.now() - PERIOD
    asked = Turn.objects.asked_the_model(since)
    counts = Turn.objects.of_paige(since).aggregate(
        turns=Count("pk", filter=Q(engine__in=ASKED_THE_MODEL)),
        fallbacks=Count("pk", filter=Q(engine=Engine.FALLBACK)),
        to_word=Count("pk", filter=WORDED | WORDING_FELL_BACK),
        wording_fallbacks=Count("pk", filter=WORDING_FELL_BACK),
    )
    newest = asked.filter(engine=Engine.MODEL).order_by("-created_at").values_list("latency_ms", flat=True)
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
