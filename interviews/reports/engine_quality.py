from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Q

from interviews.lifecycle import ASKED_THE_MODEL, Engine, Move, Stage, Wording
from interviews.models import Conversation, InterviewType, Turn
from interviews.models.turn import WORDED, WORDING_FELL_BACK
from interviews.reports.guide_quality import NEWEST, words_of_a_text
from interviews.reports.interview_statistics import completion_percent

ASKED = Q(engine__in=ASKED_THE_MODEL) | WORDED | WORDING_FELL_BACK
COSTS = ("latency_ms", "prompt_tokens", "completion_tokens")


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
    broken_off: int
    rating: float | None
    words: float | None
    chosen: int
    choice_fallbacks: int
    worded: int
    wording_fallbacks: int
    latency_ms: float | None
    prompt_tokens: float | None
    completion_tokens: float | None

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
        return _percent(self.choice_fallbacks, self.chosen)

    @property
    def wording_fallback_percent(self) -> int | None:
        return _percent(self.wording_fallbacks, self.worded)


def quality_by_engine(interview_type: InterviewType) -> list[EngineQuality]:
    """Empty if no model was asked in any of them."""
    of_type = Conversation.objects.for_org(interview_type.org_id).filter(
        interview_request__interview_type=interview_type, consented_at__isnull=False
    )
    newest = list(of_type.order_by("-pk").values_list("pk", flat=True)[:NEWEST])
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
        **{name: Avg(name, filter=ASKED) for name in COSTS},
    )
    counts = {
        **dict.fromkeys(("words", *COSTS)),
        "chosen": 0,
        "choice_fallbacks": 0,
        "worded": 0,
        "wording_fallbacks": 0,
        "broken_off": 0,
    }
    found = [
        EngineQuality(
            engine=Engine.MODEL if key[0] else Engine.RULES,
            wording=Wording.MODEL if key[1] else Wording.GUIDE,
            **{**counts, **begun[key], **rated[key], **broken_off.get(key, {}), **said.get(key, {})},
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


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
