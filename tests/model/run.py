"""Interviews and wordings with a real model, and a table of what came of them."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import quantiles
from threading import local
from typing import Any

from django.conf import settings

from hindsight.http.outgoing import Slots
from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.chat import MAX_TOKENS, ChatMessage, Provider, ProviderError, Reply
from interviews.paige.dialogue import Utterance
from interviews.paige.engines import ModelEngine
from interviews.paige.model.asking import read_reply, read_wording
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice, compose
from interviews.paige.turn.moves import moves
from interviews.paige.wording.check import refusal_of
from interviews.paige.wording.request import SCHEMA, PublicBrief, Task, wording_messages
from tests.quality.interviews import opening
from tests.quality.respondents import Replies, Respondent, respondents
from tests.quality.wording.table import replies_to

MIN_VALID = 0.7
"""The share of first replies that have to name a move."""
WORDING_SECONDS = 600
"""Of a reply: the words are measured, not the machine."""
INTERVIEWED = ("talkative", "skips", "asks_back", "difficult")


@dataclass(frozen=True)
class Asked:
    """A turn with several moves. `is_valid`: the model's first reply names one of them."""

    choice: Choice
    is_valid: bool


@dataclass(frozen=True)
class Wording:
    """`text`: None after a failure. `refusal`: empty if the check shows it."""

    text: str | None
    refusal: str


class RecordingProvider(Provider):
    """Keeps the replies of the current turn, per thread."""

    recorded = local()

    def complete(
        self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any], max_tokens: int = MAX_TOKENS
    ) -> Reply:
        reply = super().complete(messages, seconds, schema, max_tokens)
        self.recorded.replies.append(reply.text)
        return reply


def provider() -> RecordingProvider:
    slots = Slots(settings.PAIGE_CONCURRENCY)
    return RecordingProvider(settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY, slots)


def interviews(turns: int) -> list[Asked]:
    """With four scripted respondents, PAIGE_CONCURRENCY at the same time."""
    engine = ModelEngine(provider(), timeout=settings.PAIGE_TIMEOUT)
    chosen = [each for each in respondents() if each.name in INTERVIEWED]
    sys.stderr.write(f"{len(chosen)} interviews of {turns} turns ...\n")
    with ThreadPoolExecutor(settings.PAIGE_CONCURRENCY) as pool:
        return [asked for each in pool.map(lambda who: [*_interview(engine, who, turns)], chosen) for asked in each]


def _interview(engine: ModelEngine, respondent: Respondent, turns: int) -> Iterator[Asked]:
    said: list[Utterance] = []
    replies = Replies(respondent)
    for _ in range(turns):
        brief = opening(respondent).after(said)
        asked = _ask(engine, brief)
        if asked.choice.engine is not Engine.RULES:
            yield asked
        move = asked.choice.move
        said += [
            Utterance(Speaker.PAIGE, compose(brief, asked.choice), move.topic.key, move.move, move.follow_up),
            Utterance(Speaker.CONTACT, replies.to(move.topic.key), move.topic.key, Move.ANSWER),
        ]


def _ask(engine: ModelEngine, brief: Brief) -> Asked:
    offered, recorded = moves(brief), RecordingProvider.recorded
    recorded.replies = []
    choice = engine.choose(brief, offered)
    return Asked(choice, bool(recorded.replies) and read_reply(recorded.replies[0], len(offered)) is not None)


def wordings(count: int) -> list[Wording]:
    """Of follow-ups in the contexts of `make quality`."""
    contexts = islice(cycle(dict.fromkeys(reply.public for reply in replies_to(Task.FOLLOW_UP))), count)
    with ThreadPoolExecutor(settings.PAIGE_CONCURRENCY) as pool:
        # The contexts of one guide share a prefix of the prompt, which the server caches.
        return list(pool.map(_word, sorted(contexts, key=lambda public: public.language)))


def _word(public: PublicBrief) -> Wording:
    RecordingProvider.recorded.replies = []
    try:
        reply = provider().complete(wording_messages(public), WORDING_SECONDS, SCHEMA)
    except ProviderError as error:
        return Wording(None, str(error))
    text = read_wording(reply.text)
    return Wording(text, str(refusal_of(text, public) or ""))


def lines(asked: Sequence[Asked]) -> Iterator[str]:
    by_model = sum(turn.choice.engine is Engine.MODEL for turn in asked)
    latencies = quantiles((turn.choice.asked.latency_ms / 1000 for turn in asked), n=20, method="inclusive")
    yield f"First replies that name a move: {sum(turn.is_valid for turn in asked)} of {len(asked)}"
    yield f"Moves chosen by the model: {by_model} of {len(asked)}"
    yield f"Latency of a turn: p50 {latencies[9]:.1f} s, p95 {latencies[18]:.1f} s"
    yield "FAILED: too few replies name a move." if has_failed(asked) else "Passed."


def has_failed(asked: Sequence[Asked]) -> bool:
    return sum(turn.is_valid for turn in asked) < MIN_VALID * len(asked)


def wording_lines(worded: Sequence[Wording], *, with_texts: bool) -> Iterator[str]:
    yield f"Words of the model shown: {sum(not each.refusal for each in worded)} of {len(worded)}"
    for refusal, count in Counter(each.refusal for each in worded if each.refusal).most_common():
        yield f"  {refusal}: {count}"
    if with_texts:
        yield from (f"  {each.refusal or 'SHOWN'} | {each.text}" for each in worded)
