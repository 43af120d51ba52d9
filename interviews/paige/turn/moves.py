"""Enforces the turn limit, core topics, denied topics and the end. An engine chooses among the moves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from interviews.lifecycle import Move
from interviews.paige.answers.dialogue import AGAIN
from interviews.paige.answers.lexicon import Intent
from interviews.paige.answers.quotes import quote_of, quotes
from interviews.paige.answers.sentences import UNCLEAR
from interviews.paige.guide.guide import CLOSING, FollowUp, FollowUpKind, Topic
from interviews.paige.language.lexicons import Phrase
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.openers import openers

MAX_FOLLOW_UPS_OF_A_TOPIC = 2
MAX_TIMES_AGAIN = 2
MAX_AGAIN = 8
"""Questions put again in one interview. They do not count as turns of the guide."""
OFFERED_TOPICS = 3


@dataclass(frozen=True)
class NextMove:
    """`follow_up`: an index. `openers` are said before the question.

    `quotes`: the best first. `sources`: the texts that any other quote has to come from.
    """

    move: Move
    topic: Topic
    follow_up: int | None = None
    openers: tuple[Phrase, ...] = ()
    quotes: tuple[str, ...] = field(default=(), repr=False)
    sources: tuple[str, ...] = field(default=(), repr=False)

    @property
    def asked(self) -> FollowUp | None:
        return None if self.follow_up is None else self.topic.follow_ups[self.follow_up]


def moves(brief: Brief) -> tuple[NextMove, ...]:
    """Empty if nothing is left to ask."""
    if not brief.conversation:
        return (_opening(brief),)
    state = DialogueState(brief)
    if _insists_on_stopping(state):
        return ()
    found = [again] if (again := _again(state)) else [*_follow_ups(state), *_topics(state)]
    return tuple(replace(move, openers=openers(state, move.move)) for move in found)


def _opening(brief: Brief) -> NextMove:
    """A core topic if the turns suffice only for those."""
    guide, avoided = brief.guide, brief.steering.avoid
    has_room = guide.max_turns > sum(topic.core for topic in guide.every_topic)
    topic = next(topic for topic in guide.every_topic if topic.core or (has_room and topic.key not in avoided))
    return NextMove(Move.CLOSING if topic.key == CLOSING else Move.QUESTION, topic)


def _insists_on_stopping(state: DialogueState) -> bool:
    """At the closing question, the first wish suffices."""
    is_repeated = state.earlier(Intent.WANTS_TO_STOP) > 0 or state.topic.key == CLOSING
    return Intent.WANTS_TO_STOP in state.last.intents and is_repeated


def _again(state: DialogueState) -> NextMove | None:
    last, opened = state.last, state.open
    news = last.questions | {wish for wish in last.wishes if not state.earlier(wish)}
    if not (news & UNCLEAR if last.findings else news - {Intent.ASKS_IF_ENOUGH}):
        return None
    times = [turn.move for turn in state.said if (turn.topic, turn.follow_up) == (opened.topic, opened.follow_up)]
    again = [move for move in times if move in AGAIN]
    if len(again) >= MAX_TIMES_AGAIN or len(state.said) - len(state.asked) >= MAX_AGAIN:
        return None
    is_unclear = bool(news & {Intent.ASKS_MEANING, Intent.ASKS_PURPOSE})
    if is_unclear and Move.REPHRASE in again:
        return None
    move = NextMove(Move.REPHRASE if is_unclear else Move.REPEAT, state.topic, opened.follow_up)
    quote = quote_of(opened.text, move.asked.text) if move.asked else None
    return replace(move, quotes=(quote,) if quote else ())


def _follow_ups(state: DialogueState) -> Iterator[NextMove]:
    """At most one of each kind, with a quote where possible."""
    if state.turns_left <= state.turns_needed or not _may_follow_up(state):
        return
    topic, sources = state.topic, state.last.quotable
    found = tuple(quotes(sources, avoid=[turn.text for turn in state.said]))
    used = {turn.follow_up for turn in state.asked if turn.topic == topic.key}
    unused = [index for index in range(len(topic.follow_ups)) if index not in used]
    for kind in FollowUpKind:
        fitting = [i for i in unused if topic.follow_ups[i].kind is kind and (found or not _takes_quote(topic, i))]
        if fitting:
            index = max(fitting, key=lambda i: _takes_quote(topic, i))
            is_quoting = _takes_quote(topic, index)
            yield NextMove(Move.FOLLOW_UP, topic, index, (), found if is_quoting else (), sources if is_quoting else ())


def _may_follow_up(state: DialogueState) -> bool:
    topic, last = state.topic, state.last
    return not (
        topic.key == CLOSING
        or last.is_declined
        or last.is_denied
        or not last.findings
        or last.intents & {Intent.SAID_BEFORE, Intent.WANTS_TO_STOP}
        or state.avoids(topic)
        or len(state.follow_ups_to(topic)) >= MAX_FOLLOW_UPS_OF_A_TOPIC
    )


def _topics(state: DialogueState) -> Iterator[NextMove]:
    """The closing question if no topic is left."""
    if state.turns_left <= 0:
        return
    has_room = state.turns_left > state.turns_needed
    open_topics = [topic for topic in state.unasked if topic.key != CLOSING and (topic.core or has_room)]
    for topic in open_topics[:OFFERED_TOPICS]:
        mentions = state.mentions(topic)
        covered = [turn.text for turn in state.said if turn.move == Move.COVERED]
        found = _most_specific_first(state, topic, quotes(mentions, avoid=covered))
        if found:
            yield NextMove(Move.COVERED, topic, None, (), found, mentions)
        else:
            yield NextMove(Move.QUESTION, topic)
    if not open_topics and state.unasked:
        yield NextMove(Move.CLOSING, state.brief.guide.closing)


def _most_specific_first(state: DialogueState, topic: Topic, found: Iterable[str]) -> tuple[str, ...]:
    """Quotes with phrases of this topic only, then those with most of them."""
    others = [other for other in state.brief.guide.topics if other != topic]

    def rank(quote: str) -> tuple[bool, int]:
        return any(other.phrases_in(quote) for other in others), -len(topic.phrases_in(quote))

    return tuple(sorted(found, key=rank))


def _takes_quote(topic: Topic, index: int) -> bool:
    return topic.follow_ups[index].takes_quote
