"""The engine that chooses by rules, and those with which a model chooses and words, which fall back to the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from threading import Lock
from typing import Any

from django.conf import settings

from hindsight.http.outgoing import Slots
from hindsight.metrics.instruments import FALLBACKS, WORDINGS
from interviews.lifecycle import Engine, Move
from interviews.paige.chat import Asked, ModelServer, Provider, choosing_server, object_schema, wording_server
from interviews.paige.guide.guide import FollowUpKind, Guide, shipped_guide, shipped_guides
from interviews.paige.language import languages
from interviews.paige.model.asking import CompletionProvider, RefusedError, ask, read_reply, read_wording
from interviews.paige.model.prompt import messages_for
from interviews.paige.reading.objective import read_objective
from interviews.paige.reading.readings import Act, StatementKind
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice, ChoosingEngine
from interviews.paige.turn.dialogue_state import DialogueState, asks_what_tipped_it
from interviews.paige.turn.moves import TURNS_AT_THE_END, NextMove
from interviews.paige.turn.threads import Thread, is_on_subject
from interviews.paige.wording.check import refusal_of
from interviews.paige.wording.request import SCHEMA, PublicBrief, wording_messages
from interviews.paige.wording.words import wording_words

# `functools.cache` does not lock: concurrent first calls would build two engines with separate semaphores.
_creation_lock = Lock()


class RulesEngine:
    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        state = DialogueState(brief)
        topics = [move for move in moves if move.thread is None]
        has_topics = any(move.move != Move.CLOSING for move in topics)
        due = (
            move
            for move in moves
            if move.thread
            and move.asked
            and _asks_well(state, move.thread, move.asked.kind)
            and (move.quote or move.asked.kind is FollowUpKind.PEOPLE or _is_clear(state, move.thread))
            and _is_due(state, move.thread, has_topics=has_topics)
        )
        return Choice(next(due, None) or next(iter(topics), moves[0]), Engine.RULES)


def _asks_well(state: DialogueState, thread: Thread, kind: FollowUpKind) -> bool:
    """A complaint, and a statement on an emphasized topic, may get any kind.

    Other statements get the kind of the topic's first follow-up: three in five of other kinds bring nothing. If nothing
    was decided, Paige asks how it is now. About an answer to a follow-up she asks what happened next, on topics that
    lead with that or with the consequence.
    """
    leading = thread.topic.follow_ups[0].kind
    if thread.depth:
        return kind is FollowUpKind.NEXT and leading in (FollowUpKind.CONSEQUENCE, FollowUpKind.NEXT)
    is_undecided = asks_what_tipped_it(thread.topic) and FollowUpKind.CHANGE in state.absent
    is_leading = kind is leading or (is_undecided and kind is FollowUpKind.NOW)
    return is_leading or state.emphasizes(thread.topic) or thread.is_complaint


def _is_clear(state: DialogueState, thread: Thread) -> bool:
    """Without a quote, the contact cannot tell which of several events is meant."""
    is_one_of_several = len(state.stated_in(state.answers[-1])) > 1
    is_vague = thread.statement.kind is StatementKind.EVENT and is_one_of_several
    return state.emphasizes(thread.topic) or not is_vague


def _is_due(state: DialogueState, thread: Thread, *, has_topics: bool) -> bool:
    """A statement that may be small talk is never due. The others are due in these cases:

    - the answer to a follow-up, once, if the turns suffice for all topics, in languages in which the reader tells small
      talk from a statement
    - a statement on a subject of the objective, if its reason or consequence is missing
    - on an emphasized topic, the first follow-up
    - on another topic, the first follow-up, if the turns suffice for all topics
    - once no topic is left, an earlier statement whose reason or consequence is missing
    """
    if thread.statement.is_doubtful:
        return False
    has_room = state.turns_left > len(state.unasked) + TURNS_AT_THE_END
    if thread.depth:
        is_second = thread.depth == 1 and thread.is_last and not thread.asked
        return has_room and is_second and state.language in languages()
    if is_on_subject(state, thread) and thread.lacks_something:
        return True
    is_declined = thread.is_last and Act.DECLINES in state.last.acts
    if is_declined or (thread.answer < state.newest and has_topics):
        return False
    is_first = not state.follow_ups_to(thread.topic)
    if state.emphasizes(thread.topic) and is_first:
        return True
    return has_room and not thread.tells_much and (is_first or (not has_topics and thread.lacks_something))


@dataclass
class ModelEngine:
    """A model chooses, unless there is a single move. `timeout`: seconds for all attempts."""

    provider: CompletionProvider
    timeout: float

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        by_rules = partial(RulesEngine().choose, brief, moves)
        if len(moves) == 1:
            return by_rules()
        asked = ask(
            self.provider,
            lambda _: messages_for(brief, moves),
            schema_for(len(moves)),
            partial(read_reply, moves=len(moves)),
            asked_for="move",
            seconds=self.timeout,
        )
        if asked.fallback:
            FALLBACKS.labels(asked.fallback).inc()
        move, engine = (moves[asked.chosen - 1], Engine.MODEL) if asked.chosen else (by_rules().move, Engine.FALLBACK)
        return Choice(move, engine, asked)


@dataclass
class ModelWriter:
    """A model words a message that is already chosen. Its reply is shown only if the check allows it; the second
    request says why it does not. `timeout`: seconds for all requests of a turn.
    """

    provider: CompletionProvider
    timeout: float

    def word(self, public: PublicBrief, *, spent_ms: int) -> Asked[str]:
        asked = ask(
            self.provider,
            partial(wording_messages, public),
            SCHEMA,
            partial(_allowed_words, public),
            asked_for="wording",
            seconds=self.timeout - spent_ms / 1000,
        )
        WORDINGS.labels(asked.fallback or "worded").inc()
        return asked


def _allowed_words(public: PublicBrief, reply: str) -> str:
    text = read_wording(reply)
    if refusal := refusal_of(text, public):
        raise RefusedError(refusal)
    return text


def schema_for(moves: int) -> Mapping[str, Any]:
    return object_schema(move={"type": "integer", "enum": [*range(1, moves + 1)]})


def preload() -> None:
    """Loads weights, guides and words, so that the first answer and the first turn need not wait for them."""
    engine()
    for language in languages():
        wording_words(language)
    for name in shipped_guides():
        read_objective("", Guide.from_data(shipped_guide(name)))


def engine(*, is_test: bool = False) -> ChoosingEngine:
    """`is_test`: in a test room, where no model is asked."""
    return (None if is_test else model_engine()) or RulesEngine()


def model_engine() -> ModelEngine | None:
    return _configured()[0]


def writer(*, is_test: bool = False) -> ModelWriter | None:
    return None if is_test else _configured()[1]


def _configured() -> tuple[ModelEngine | None, ModelWriter | None]:
    with _creation_lock:
        return _engines(choosing_server(), wording_server(), settings.PAIGE_TIMEOUT, settings.PAIGE_CONCURRENCY)


@cache
def _engines(
    choosing: ModelServer | None, wording: ModelServer | None, timeout: float, concurrency: int
) -> tuple[ModelEngine | None, ModelWriter | None]:
    """Both share the slots, because a turn makes one call at a time, and if the servers are equal, the provider."""
    slots = Slots(concurrency)
    providers = {
        server: Provider(server.base_url, server.model, server.api_key, slots)
        for server in (choosing, wording)
        if server
    }
    return (
        ModelEngine(providers[choosing], timeout) if choosing else None,
        ModelWriter(providers[wording], timeout) if wording else None,
    )
