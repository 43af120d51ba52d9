"""What is worth asking about: statements that were not pursued, with the follow-ups that fit them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from interviews.lifecycle import Direction, Move
from interviews.paige.dialogue import Utterance
from interviews.paige.guide.guide import CLOSING, FollowUp, FollowUpKind, Topic
from interviews.paige.objective import mentions_subject
from interviews.paige.reading.readings import Act, StatementKind
from interviews.paige.turn.dialogue_state import (
    MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC,
    DialogueState,
    asks_what_tipped_it,
)
from interviews.paige.turn.statements import Kinds, Statement, fits, quote_in

MAX_FOLLOW_UPS_OF_A_TOPIC = 2
MAX_FOLLOW_UPS_TO_WORD = 6
"""Of a topic, if a model words the follow-ups: it asks in different words each time."""
MAX_KINDS_OF_A_STATEMENT = 2

DETAIL = frozenset({FollowUpKind.INSTANCE, FollowUpKind.REASON, FollowUpKind.CONSEQUENCE})
EXPECTED: Mapping[StatementKind | None, FollowUpKind] = {
    StatementKind.JUDGEMENT: FollowUpKind.REASON,
    StatementKind.NEED: FollowUpKind.REASON,
    StatementKind.EVENT: FollowUpKind.CONSEQUENCE,
}


@dataclass(frozen=True)
class Thread:
    """`topic`: what the statement is about. `answer`: its number. `is_final`: said last. `is_alone`: the last answer
    states nothing else. `depth`: how many follow-ups led to it. `asked`: the kinds of follow-ups about it.
    """

    statement: Statement
    topic: Topic
    answer: int
    is_last: bool
    is_final: bool = False
    is_alone: bool = False
    depth: int = 0
    asked: Kinds = frozenset()

    @property
    def known(self) -> Kinds:
        return self.statement.shows | self.asked

    @property
    def missing(self) -> FollowUpKind | None:
        """The reason of a view or the consequence of an event, unless it is known."""
        expected = EXPECTED.get(self.statement.kind)
        return None if expected in self.known else expected

    @property
    def lacks_something(self) -> bool:
        return not self.asked and not self.statement.is_praise and self.missing is not None

    @property
    def is_complaint(self) -> bool:
        is_against = self.statement.speaks is Direction.AGAINST
        return is_against or (self.statement.kind is StatementKind.JUDGEMENT and not self.statement.is_praise)

    @property
    def tells_much(self) -> bool:
        return len(self.statement.shows & DETAIL) > 1

    @property
    def fitting(self) -> tuple[Kinds, Kinds]:
        first, second = self.statement.fitting
        return first - self.known, second - self.known


def threads(state: DialogueState) -> list[Thread]:
    """The most worthwhile first."""
    open_threads = [thread for thread in _threads(state) if not _is_exhausted(state, thread)]
    return sorted(open_threads, key=lambda thread: _rank(state, thread))


def follow_ups(state: DialogueState, thread: Thread) -> Iterator[int]:
    """Yields indexes of the topic's follow-ups, the best first: one of each kind, with a quote where possible.

    If the last answer states one thing only, quotes do not follow each other: contacts called that an echo. A model
    that words the follow-ups gets all kinds that were not asked: its words fit where a text does not.
    """
    last = [turn for turn in state.asked if turn.move == Move.FOLLOW_UP][-1:]
    is_echo = thread.is_alone and any(quote_in(turn, state.brief.guides) for turn in last)
    used = {turn.follow_up for turn in state.asked if turn.topic == thread.topic.key}
    texts = [(i, each) for i, each in enumerate(thread.topic.follow_ups) if _takes(state, thread, each)]
    left = texts if state.brief.is_free else [pair for pair in texts if pair[0] not in used]
    more = frozenset(FollowUpKind) - thread.asked if state.brief.is_free else frozenset()
    for kinds in (_leading(thread), *thread.fitting, more):
        for kind in dict.fromkeys(each.kind for _, each in left if each.kind in kinds - state.absent):
            of_kind = [(i, each) for i, each in left if each.kind is kind]
            left = [pair for pair in left if pair not in of_kind]
            is_plain = is_echo or kind is FollowUpKind.PEOPLE
            yield min(of_kind, key=lambda pair: (pair[0] in used, pair[1].takes_quote is is_plain))[0]


def _leading(thread: Thread) -> Kinds:
    """The kind of the topic's first follow-up in the guide, if it fits.

    It has to be in the first set for a complaint, and for a consequence of a view that has no reason yet. The answer to
    a follow-up is asked first what happened next.
    """
    first, second = thread.fitting
    if thread.depth:
        return frozenset({FollowUpKind.NEXT}) & (first | second)
    if not thread.topic.follow_ups:
        return frozenset()
    kind = thread.topic.follow_ups[0].kind
    is_early = thread.is_complaint or (kind is FollowUpKind.CONSEQUENCE and thread.missing is FollowUpKind.REASON)
    return frozenset({kind}) & (first if is_early else first | second)


def _takes(state: DialogueState, thread: Thread, follow_up: FollowUp) -> bool:
    """Without a quote, a follow-up is about what was said last.

    One that asks for people fits any statement of the last answer, and so does any follow-up in the words of a model.
    Words that Paige has said are not quoted.
    """
    if not follow_up.takes_quote:
        is_clear = thread.is_final or follow_up.kind is FollowUpKind.PEOPLE or state.brief.may_be_worded
        return thread.is_last and is_clear
    quote = thread.statement.quote
    is_new = not any(quote in message.text for message in state.said)
    return is_new and fits(quote, follow_up.template)


def is_on_subject(state: DialogueState, thread: Thread) -> bool:
    return mentions_subject(thread.statement.text, state.brief.subjects)


def _rank(state: DialogueState, thread: Thread) -> tuple[bool | int, ...]:
    return (
        not is_on_subject(state, thread),
        thread.answer < state.newest,
        not state.emphasizes(thread.topic),
        -thread.answer,
        bool(thread.asked),
        thread.statement.is_doubtful,
        thread.depth,
        not thread.statement.is_decisive,
        thread.statement.is_praise,
        thread.missing is not FollowUpKind.REASON,
        thread.missing is not FollowUpKind.CONSEQUENCE,
        not thread.statement.quote,
    )


def _threads(state: DialogueState) -> Iterator[Thread]:
    pairs = list(zip(state.said, state.answers, strict=False))
    for number, (message, answer) in enumerate(pairs):
        asked_topic, is_last = state.brief.guide.topic(message.topic), number == len(pairs) - 1
        stated, later = state.stated_in(answer), pairs[number + 1 :]
        for statement in stated:
            pursuits = [pair for pair in later if _pursues(state, pair[0], statement, later[0][0])]
            if all(state.stated_in(brought_out) for _, brought_out in pursuits):
                topic = _topic(state, statement, asked_topic)
                is_final = is_last and statement == stated[-1]
                is_alone = is_last and len(stated) == 1 and topic == asked_topic
                depth = _depth(pairs[: number + 1]) if topic == asked_topic else 0
                asked = frozenset(
                    state.brief.guide.topic(turn.topic).follow_ups[turn.follow_up or 0].kind for turn, _ in pursuits
                )
                yield Thread(statement, topic, number, is_last, is_final, is_alone, depth, asked)


def _topic(state: DialogueState, statement: Statement, asked: Topic) -> Topic:
    """The topic of the question, unless the statement speaks for or against the vendor and is on other topics only."""
    if asked.key in (*statement.topics, CLOSING) or not statement.speaks:
        return asked
    told = (topic for key in statement.topics for topic in state.brief.guide.topics if topic.key == key)
    return next(told, asked)


def _depth(pairs: Sequence[tuple[Utterance, Utterance]]) -> int:
    """The number of follow-ups on one topic up to the last answer."""
    messages = takewhile(lambda message: message.move == Move.FOLLOW_UP, (message for message, _ in reversed(pairs)))
    return sum(message.topic == pairs[-1][0].topic for message in messages)


def _pursues(state: DialogueState, message: Utterance, statement: Statement, following: Utterance) -> bool:
    if message.move != Move.FOLLOW_UP:
        return False
    quote = quote_in(message, state.brief.guides)
    return statement.quote == quote if quote else message is following


def _is_exhausted(state: DialogueState, thread: Thread) -> bool:
    topic, most_kinds, most = thread.topic, MAX_KINDS_OF_A_STATEMENT, MAX_FOLLOW_UPS_TO_WORD
    if not state.brief.is_free:
        is_emphasized = state.emphasizes(topic)
        most_kinds = MAX_KINDS_OF_A_STATEMENT if is_emphasized else 1
        most = MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC if is_emphasized else MAX_FOLLOW_UPS_OF_A_TOPIC
    return (
        (topic.key in state.told and not thread.is_last)
        or state.avoids(topic)
        or len(thread.asked) >= most_kinds
        or len(state.follow_ups_to(topic)) >= most
        or _is_closed(state, topic)
    )


def _is_closed(state: DialogueState, topic: Topic) -> bool:
    """Whether the last answer closes the topic. Another topic may remind the contact of something.

    A denial that tells something closes neither the outcome nor the closing question: it says what did not tip the
    decision, or what nobody asked about. A model that chooses can tell whether the contact declines one question only.
    """
    last, has_stated = state.last, bool(state.stated_in(state.answers[-1]))
    if Act.WANTS_TO_STOP in last.acts:
        return True
    if topic != state.topic or state.brief.is_free:
        return False
    is_denied = last.is_denied and not (has_stated and (topic.key == CLOSING or asks_what_tipped_it(topic)))
    is_in_vain = state.open.move != Move.QUESTION and not has_stated
    return last.is_declined or is_denied or state.repeats[-1] or is_in_vain
