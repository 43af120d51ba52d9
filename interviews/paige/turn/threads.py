"""What is worth asking about: statements that were not pursued, with the follow-ups that fit them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from interviews.lifecycle import Direction, Move
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.quotes import fits, quote_in
from interviews.paige.guide.guide import CLOSING, FollowUp, FollowUpKind, Topic
from interviews.paige.objective.subject_mentions import mentions_subject
from interviews.paige.reading.readings import Act, StatementKind
from interviews.paige.turn.dialogue_state import DialogueState, asks_what_tipped_it
from interviews.paige.turn.statements import Kinds, Statement

MAX_FOLLOW_UPS_OF_A_TOPIC = 2
MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC = 4
MAX_FOLLOW_UPS_TO_WORD = 6
"""The limit of a topic if a model words the follow-ups: it asks in different words each time."""
MAX_KINDS_OF_A_STATEMENT = 2
MAX_WORDS_OF_A_FRAGMENT = 3

_K = FollowUpKind

DETAIL = frozenset({_K.INSTANCE, _K.REASON, _K.CONSEQUENCE})


@dataclass(frozen=True)
class Thread:
    """`topic`: what the statement is about. `answer`: its number. `is_final`: said last. `is_alone`: the last answer
    states nothing else. `depth`: how many follow-ups have led to it. `asked`: the kinds of those that have pursued it.
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
    def lacks_reason(self) -> bool:
        return self.statement.kind in (StatementKind.JUDGEMENT, StatementKind.NEED) and _K.REASON not in self.known

    @property
    def lacks_consequence(self) -> bool:
        return self.statement.kind is StatementKind.EVENT and _K.CONSEQUENCE not in self.known

    @property
    def lacks_something(self) -> bool:
        return not self.asked and not self.statement.is_praise and (self.lacks_reason or self.lacks_consequence)

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
    """Their indexes among those of the topic, the best first: one of each kind.

    With a quote where possible. All that the last answer states is not quoted twice in a row: contacts called that an
    echo. If a model words them, all kinds that were not asked: words fit where a text does not.
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
    """The kind of the topic's first follow-up in the guide, if it fits an answer to the topic's question.

    It has to be in the first set for a complaint, and for a consequence of a view that has no reason yet. What a
    follow-up has brought out is asked first how it went on.
    """
    first, second = thread.fitting
    if thread.depth:
        return frozenset({FollowUpKind.NEXT}) & (first | second)
    if not thread.topic.follow_ups:
        return frozenset()
    kind = thread.topic.follow_ups[0].kind
    is_early = thread.is_complaint or (kind is FollowUpKind.CONSEQUENCE and thread.lacks_reason)
    return frozenset({kind}) & (first if is_early else first | second)


def _takes(state: DialogueState, thread: Thread, follow_up: FollowUp) -> bool:
    """A follow-up without a quote is about what was said last.

    One that asks for people fits any statement of the last answer, and in the words of a model, every follow-up does.
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
        not thread.lacks_reason,
        not thread.lacks_consequence,
        not thread.statement.quote,
    )


def _threads(state: DialogueState) -> Iterator[Thread]:
    pairs = list(zip(state.said, state.answers, strict=False))
    for number, (message, answer) in enumerate(pairs):
        asked_topic, is_last = state.brief.guide.topic(message.topic), number == len(pairs) - 1
        stated, later = _without_fragments(state, state.stated_in(answer)), pairs[number + 1 :]
        for statement in stated:
            pursuits = [pair for pair in later if _pursues(state, pair[0], statement, later[0][0])]
            if all(state.stated_in(brought_out) for _, brought_out in pursuits):
                topic = _topic(state, statement, asked_topic)
                is_final = is_last and statement == stated[-1]
                is_alone = is_last and len(stated) == 1 and topic == asked_topic
                depth = _depth(pairs[: number + 1]) if topic == asked_topic else 0
                asked = frozenset(_follow_up(state, turn).kind for turn, _ in pursuits)
                yield Thread(statement, topic, number, is_last, is_final, is_alone, depth, asked)


def _topic(state: DialogueState, statement: Statement, asked: Topic) -> Topic:
    """That of the question, unless the statement speaks for or against the vendor, and tells of others only."""
    if asked.key in (*statement.topics, CLOSING) or not statement.speaks:
        return asked
    told = (topic for key in statement.topics for topic in state.brief.guide.topics if topic.key == key)
    return next(told, asked)


def _depth(pairs: Sequence[tuple[Utterance, Utterance]]) -> int:
    """The number of follow-ups on one topic up to the last answer."""
    messages = takewhile(lambda message: message.move == Move.FOLLOW_UP, (message for message, _ in reversed(pairs)))
    return sum(message.topic == pairs[-1][0].topic for message in messages)


def _without_fragments(state: DialogueState, stated: Sequence[Statement]) -> Sequence[Statement]:
    """A fragment, such as "The price list.", is worth a follow-up only if the answer states nothing else."""
    whole = [
        each
        for each in stated
        if each.kind is not StatementKind.FACT
        or len(each.text.split()) > MAX_WORDS_OF_A_FRAGMENT
        or mentions_subject(each.text, state.brief.subjects)
    ]
    return whole or stated


def _pursues(state: DialogueState, message: Utterance, statement: Statement, following: Utterance) -> bool:
    if message.move != Move.FOLLOW_UP:
        return False
    quote = quote_in(message, state.brief.guides)
    return statement.quote == quote if quote else message is following


def _follow_up(state: DialogueState, message: Utterance) -> FollowUp:
    return state.brief.guide.topic(message.topic).follow_ups[message.follow_up or 0]


def _is_exhausted(state: DialogueState, thread: Thread) -> bool:
    topic = thread.topic
    may_go_on = state.emphasizes(topic) or state.brief.is_free
    return (
        (topic.key in state.told and not thread.is_last)
        or state.avoids(topic)
        or len(thread.asked) >= (MAX_KINDS_OF_A_STATEMENT if may_go_on else 1)
        or len(state.follow_ups_to(topic)) >= _most_follow_ups(state, topic)
        or _is_closed(state, topic)
    )


def _most_follow_ups(state: DialogueState, topic: Topic) -> int:
    if state.brief.is_free:
        return MAX_FOLLOW_UPS_TO_WORD
    return MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC if state.emphasizes(topic) else MAX_FOLLOW_UPS_OF_A_TOPIC


def _is_closed(state: DialogueState, topic: Topic) -> bool:
    """By the last answer. After a follow-up in vain, another topic may remind the contact of something.

    A denial that tells something closes neither the outcome nor the closing question: it says what did not tip the
    decision, or what nobody asked about. A model that chooses can tell whether the contact has declined more than one
    question.
    """
    last, has_stated = state.last, bool(state.stated_in(state.answers[-1]))
    if topic != state.topic or state.brief.is_free:
        return Act.WANTS_TO_STOP in last.acts
    is_denied = last.is_denied and not (has_stated and (topic.key == CLOSING or asks_what_tipped_it(topic)))
    is_in_vain = state.open.move != Move.QUESTION and not has_stated
    return Act.WANTS_TO_STOP in last.acts or last.is_declined or is_denied or state.repeats[-1] or is_in_vain
