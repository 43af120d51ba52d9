"""What is worth asking about: statements that were not pursued, with the follow-ups that fit them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from interviews.lifecycle import Move
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.lexicon import Intent
from interviews.paige.answers.quotes import fits
from interviews.paige.answers.statement_words import statement_words
from interviews.paige.answers.statements import Statement, StatementKind
from interviews.paige.guide.guide import FollowUp, FollowUpKind, Topic
from interviews.paige.objective.subject_mentions import mentions_subject
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.fitting import Kinds, fitting
from interviews.paige.turn.mentions import asks_for, own_topic
from interviews.paige.turn.quoted import quote_in

MAX_FOLLOW_UPS_OF_A_TOPIC = 2
MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC = 4
MAX_FOLLOW_UPS_TO_WORD = 6
"""The limit of a topic if a model words the follow-ups: it asks in different words each time."""
MAX_KINDS_OF_A_STATEMENT = 2
MAX_WORDS_OF_A_FRAGMENT = 3

DETAIL = frozenset({FollowUpKind.INSTANCE, FollowUpKind.REASON, FollowUpKind.CONSEQUENCE})


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
    asked: frozenset[FollowUpKind] = frozenset()

    @property
    def lacks_reason(self) -> bool:
        is_view = self.statement.kind in (StatementKind.JUDGEMENT, StatementKind.NEED)
        return is_view and FollowUpKind.REASON not in self.statement.shows | self.asked

    @property
    def lacks_consequence(self) -> bool:
        is_event = self.statement.kind is StatementKind.EVENT
        return is_event and FollowUpKind.CONSEQUENCE not in self.statement.shows | self.asked

    @property
    def lacks_something(self) -> bool:
        return not self.asked and not self.statement.is_praise and (self.lacks_reason or self.lacks_consequence)

    @property
    def is_complaint(self) -> bool:
        return self.statement.kind is StatementKind.JUDGEMENT and not self.statement.is_praise

    @property
    def tells_much(self) -> bool:
        return len(self.statement.shows & DETAIL) > 1

    @property
    def fitting(self) -> Kinds:
        known = self.statement.shows | self.asked
        return tuple(kinds - known for kinds in fitting(self.statement))


def threads(state: DialogueState) -> list[Thread]:
    """The most worthwhile first."""
    open_threads = [thread for thread in _threads(state) if not _is_exhausted(state, thread)]
    return sorted(open_threads, key=lambda thread: _rank(state, thread))


def follow_ups(state: DialogueState, thread: Thread) -> Iterator[int]:
    """Their indexes among those of the topic, the best first: one of each kind.

    With a quote where possible. All that the last answer states is not quoted twice in a row: contacts called that an
    echo. If a model words them, all kinds that were not asked: words fit where a text does not.
    """
    is_echo = thread.is_alone and _has_quoted(state)
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


def _has_quoted(state: DialogueState) -> bool:
    """In the last follow-up."""
    last = next((turn for turn in reversed(state.asked) if turn.move == Move.FOLLOW_UP), None)
    return last is not None and bool(quote_in(last, state.brief.guides))


def _leading(thread: Thread) -> frozenset[FollowUpKind]:
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
    return is_new and fits(quote, follow_up.template, state.language)


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
        not thread.statement.is_peak,
        thread.statement.is_praise,
        not thread.lacks_reason,
        not thread.lacks_consequence,
        not thread.statement.quote,
    )


def _threads(state: DialogueState) -> Iterator[Thread]:
    pairs = list(zip(state.said, state.answers, strict=False))
    for number, (message, answer) in enumerate(pairs):
        asked_topic = state.brief.guide.topic(message.topic)
        stated = _without_fragments(state, state.stated_in(answer, message))
        for statement in stated:
            pursuits = [
                pair for pair in pairs[number + 1 :] if _pursues(state, pair[0], statement, pairs[number + 1][0])
            ]
            asked = frozenset(_follow_up(state, later).kind for later, _ in pursuits)
            topic = own_topic(state.brief.guide, statement, asked_topic)
            if all(_tells(state, *pursuit) for pursuit in pursuits):
                depth = _depth(pairs[: number + 1]) if topic == asked_topic else 0
                is_last = number == len(pairs) - 1
                is_final, is_alone = is_last and statement == stated[-1], is_last and len(stated) == 1
                is_alone = is_alone and topic == asked_topic
                yield Thread(statement, topic, number, is_last, is_final, is_alone, depth, asked)


def _depth(pairs: Sequence[tuple[Utterance, Utterance]]) -> int:
    """The number of follow-ups on one topic up to the last answer."""
    messages = takewhile(lambda message: message.move == Move.FOLLOW_UP, (message for message, _ in reversed(pairs)))
    return sum(message.topic == pairs[-1][0].topic for message in messages)


def _without_fragments(state: DialogueState, stated: Sequence[Statement]) -> Sequence[Statement]:
    """A fragment, such as "The price list.", is worth a follow-up only if the answer states nothing else."""
    return [each for each in stated if not _is_fragment(state, each)] or stated


def _is_fragment(state: DialogueState, statement: Statement) -> bool:
    text = statement.text
    is_short = statement.kind is StatementKind.FACT and len(text.split()) <= MAX_WORDS_OF_A_FRAGMENT
    has_verb = statement_words(state.language).has_verb(text)
    return is_short and not has_verb and not mentions_subject(text, state.brief.subjects)


def _pursues(state: DialogueState, message: Utterance, statement: Statement, following: Utterance) -> bool:
    if message.move != Move.FOLLOW_UP:
        return False
    quote = quote_in(message, state.brief.guides)
    return statement.quote == quote if quote else message is following


def _follow_up(state: DialogueState, message: Utterance) -> FollowUp:
    return state.brief.guide.topic(message.topic).follow_ups[message.follow_up or 0]


def _tells(state: DialogueState, message: Utterance, answer: Utterance) -> bool:
    return bool(state.stated_in(answer, message))


def _is_exhausted(state: DialogueState, thread: Thread) -> bool:
    topic = thread.topic
    may_go_on = state.emphasizes(topic) or state.brief.is_free
    return (
        (topic.key in state.told and not thread.is_last)
        or state.avoids(topic)
        or len(thread.asked) >= (MAX_KINDS_OF_A_STATEMENT if may_go_on else 1)
        or len(state.follow_ups_to(topic)) >= _most_follow_ups(state, topic)
        or _is_closed_by_the_last_answer(state, topic)
        or _is_in_vain(state, topic)
    )


def _most_follow_ups(state: DialogueState, topic: Topic) -> int:
    if state.brief.is_free:
        return MAX_FOLLOW_UPS_TO_WORD
    return MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC if state.emphasizes(topic) else MAX_FOLLOW_UPS_OF_A_TOPIC


def _is_closed_by_the_last_answer(state: DialogueState, topic: Topic) -> bool:
    """A denial that tells something on the outcome closes nothing: it says what did not tip the decision.

    A model that chooses can tell whether the contact has declined more than one question.
    """
    last = state.last
    if topic != state.topic or state.brief.is_free:
        return Intent.WANTS_TO_STOP in last.intents
    is_news = asks_for(topic, FollowUpKind.CHANGE) and _tells(state, state.open, state.answers[-1])
    is_unwilling = last.is_declined or (last.is_denied and not is_news) or state.repeats[-1]
    return Intent.WANTS_TO_STOP in last.intents or is_unwilling


def _is_in_vain(state: DialogueState, topic: Topic) -> bool:
    """Another topic may remind the contact of something."""
    is_follow_up = topic == state.topic and state.open.move != Move.QUESTION
    return is_follow_up and not state.brief.is_free and not _tells(state, state.open, state.answers[-1])
