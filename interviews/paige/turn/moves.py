"""Enforces the turn limit, core topics, denied topics and the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from interviews.lifecycle import Move
from interviews.paige.guide.guide import CLOSING, FollowUp, Topic
from interviews.paige.language import Phrase, languages
from interviews.paige.objective import mentions_subject
from interviews.paige.reading.readings import Act
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import DialogueState, asks_what_tipped_it, is_plainly_decisive
from interviews.paige.turn.openers import openers
from interviews.paige.turn.statements import phrase_in, quote_from, quote_in
from interviews.paige.turn.threads import Thread, follow_ups, threads

TURNS_AT_THE_END = 1
"""Kept for a follow-up on the answer to the closing question.

If no model words the messages, follow-ups on emphasized topics may use it.
"""
MAX_TIMES_AGAIN, MAX_AGAIN = 3, 8
"""How often one question is repeated, and all of an interview. Repeated questions are no turns of the guide."""
OFFERED_THREADS, OFFERED_TOPICS = 3, 2
OFFERED_KINDS = 3
"""In authored words, the others fit less well."""
WORDS_OF_A_STORY = 6
"""Shorter closing answers, such as "No, that was all.", are not asked about."""


@dataclass(frozen=True)
class NextMove:
    """`follow_up`: an index. `thread`: what a follow-up is about. `phrase`: a question that is not the guide's."""

    move: Move
    topic: Topic
    follow_up: int | None = None
    openers: tuple[Phrase, ...] = ()
    quote: str = field(default="", repr=False)
    thread: Thread | None = field(default=None, repr=False)
    subject: str = field(default="", repr=False)
    phrase: Phrase | None = None

    @property
    def asked(self) -> FollowUp | None:
        return None if self.follow_up is None else self.topic.follow_ups[self.follow_up]


def moves(brief: Brief) -> tuple[NextMove, ...]:
    """Empty if nothing is left to ask."""
    if not brief.conversation:
        return (_opening(brief),)
    state = DialogueState(brief)
    # At the closing question, the first wish to stop suffices.
    if Act.WANTS_TO_STOP in state.last.acts and (state.topic.key == CLOSING or state.earlier(Act.WANTS_TO_STOP)):
        return ()
    found = [again] if (again := _again(state)) else _next(state)
    return tuple(replace(move, openers=openers(state, move.move, move.topic, move.thread)) for move in found)


def _next(state: DialogueState) -> list[NextMove]:
    """After a complaint, only follow-ups on the same answer, or else a question about the complaint."""
    if CLOSING in {turn.topic for turn in state.asked}:
        return [*_last_follow_ups(state)]
    found = [*_follow_ups(state), *_named(state), *_topics(state)]
    if not state.is_complaint:
        return found
    phrases = state.unsaid("complained") if state.turns_left > state.turns_needed else ()
    on_complaint = [NextMove(Move.COVERED, state.topic, phrase=phrase) for phrase in phrases]
    return [move for move in found if move.thread and move.thread.is_last] or on_complaint or found


def _last_follow_ups(state: DialogueState) -> Iterator[NextMove]:
    """The answer to the closing question gets one, in languages in which the reader tells thanks from a statement.

    An answer that is not read as a statement, often because nobody asked about its topic, is not quoted.
    """
    if state.asked[-1].move != Move.CLOSING or state.turns_left <= 0 or state.language not in languages():
        return
    told = [thread for thread in threads(state) if thread.is_last]
    short = ([*_follow_ups_on(state, thread)] for thread in told if not thread.tells_much)
    plain = (i for i, each in enumerate(state.topic.follow_ups) if not each.takes_quote)
    text = state.answers[-1].text
    is_question = bool(state.last.acts) or text.rstrip().endswith("?")
    is_telling = not told and not is_question and len(text.split()) >= WORDS_OF_A_STORY
    on_all = [NextMove(Move.FOLLOW_UP, state.topic, i) for i in islice(plain, is_telling)]
    yield from next(filter(None, (*short, on_all)), ())


def _opening(brief: Brief) -> NextMove:
    """Asks about a core topic if the turns suffice only for those."""
    guide, avoided = brief.guide, brief.steering.avoid
    has_room = guide.max_turns > sum(topic.core for topic in guide.every_topic)
    topic = next(topic for topic in guide.every_topic if topic.core or (has_room and topic.key not in avoided))
    return NextMove(Move.CLOSING if topic.key == CLOSING else Move.QUESTION, topic)


def _again(state: DialogueState) -> NextMove | None:
    move = _move_again(state)
    if move is None:
        return None
    original, brief = state.asked[-1], state.brief
    phrase = phrase_in(original, brief.guide.language) if original.move == Move.COVERED else None
    quote, subject = quote_in(original, brief.guides), brief.subject_in(original)
    return NextMove(move, state.topic, original.follow_up, quote=quote, subject=subject, phrase=phrase)


def _move_again(state: DialogueState) -> Move | None:
    last = state.last
    if state.has_stopped:
        return Move.REPEAT
    has_answered = state.stopped is not None and bool(state.stopped.findings)
    if state.goes_on and not has_answered:
        return _repeat(state)
    news = last.questions | {wish for wish in last.wishes if not state.earlier(wish)}
    if has_answered or not (state.is_unclear if last.findings else news):
        return None
    # The earlier answers to the open question.
    earlier = state.answers[state.said.index(state.asked[-1]) : -1]
    for act in (Act.ASKS_MEANING, Act.ASKS_PURPOSE):
        if act in news:
            return None if any(act in answer.as_read.acts for answer in earlier) else Move.REPHRASE
    return _repeat(state)


def _repeat(state: DialogueState) -> Move | None:
    times = len(state.said) - 1 - state.said.index(state.asked[-1])
    repeats = sum(turn.move == Move.REPEAT for turn in state.said)
    return None if times >= MAX_TIMES_AGAIN or repeats >= MAX_AGAIN else Move.REPEAT


def _follow_ups(state: DialogueState) -> Iterator[NextMove]:
    if _spendable(state) <= 0:
        return
    found = [each for each in threads(state) if not (state.brief.is_free and each.statement.is_doubtful)]
    for is_last in (True, False):
        pursued = [moves for each in found if each.is_last is is_last and (moves := [*_follow_ups_on(state, each)])]
        yield from chain.from_iterable(pursued[:OFFERED_THREADS])


def _spendable(state: DialogueState) -> int:
    """The turns beyond those for core topics and the closing question.

    If a model words the messages, one more is kept for a follow-up on the closing answer.
    """
    return state.turns_left - state.turns_needed - (TURNS_AT_THE_END if state.brief.is_free else 0)


def spare_turns(state: DialogueState) -> int:
    """The turns for follow-ups now: without those for topics that are not covered.

    If a model words the messages, turns are kept for follow-ups on every second topic, including the last one, and on
    the closing answer: contacts called a last part without follow-ups a form. The model may spend them earlier, instead
    of a topic that is not core: only it can tell whether the contact has answered that.
    """
    needed = len(state.uncovered)
    kept = needed // 2 + TURNS_AT_THE_END if state.brief.is_free else 0
    return max(0, state.turns_left - needed - kept)


def _follow_ups_on(state: DialogueState, thread: Thread) -> Iterator[NextMove]:
    for index in islice(follow_ups(state, thread), None if state.brief.is_free else OFFERED_KINDS):
        quote = thread.statement.quote if thread.topic.follow_ups[index].takes_quote else ""
        yield NextMove(Move.FOLLOW_UP, thread.topic, index, (), quote, thread)


def _named(state: DialogueState) -> Iterator[NextMove]:
    """At most one: its answer may mention the others."""
    brief, asked = state.brief, {turn.topic for turn in state.asked} - {CLOSING}
    if state.turns_left <= state.turns_needed or state.last.wishes:
        return
    answers = "\n".join(answer.text for answer in state.answers)
    for subject in brief.nameable:
        # If the subject belongs to no topic, that of the last question.
        topic = next((each for each in brief.guide.topics if subject in brief.subjects_of(each)), state.topic)
        is_said = mentions_subject(answers, [subject]) or any(brief.is_named(subject, turn) for turn in state.said)
        if topic.key in asked and not state.avoids(topic) and not is_said:
            yield NextMove(Move.COVERED, topic, subject=subject)
            return


def _topics(state: DialogueState) -> Iterator[NextMove]:
    if state.turns_left <= 0:
        return
    open_topics = [topic for topic in state.unasked if topic.key != CLOSING and _has_room(state, topic)]
    # The next topics, and those that the contact has touched on. Contacts called other topics a jump.
    for topic in (*open_topics[:OFFERED_TOPICS], *filter(state.has_touched, open_topics[OFFERED_TOPICS:])):
        quote = "" if state.brief.may_be_worded else _quote_about(state, topic)
        yield NextMove(Move.COVERED if quote else Move.QUESTION, topic, quote=quote)
    if state.unasked and not any(topic.core and topic in state.uncovered for topic in open_topics):
        yield NextMove(Move.CLOSING, state.brief.guide.closing)


def _has_room(state: DialogueState, topic: Topic) -> bool:
    """Whether the turns suffice to open the topic.

    If a model words the messages, they have to suffice for a follow-up on it too, unless the topic is core.
    """
    may_ask = topic.core or _spendable(state) > (1 if state.brief.is_free else 0)
    return may_ask and (topic in state.uncovered or spare_turns(state) > 0)


def _quote_about(state: DialogueState, topic: Topic) -> str:
    """A quote that was not shown, or "". The best is about no other topic, or says plainly what tipped the decision."""
    shown, language = [turn.authored_text for turn in state.said], state.brief.guide.language
    quotable = {clause for answer in state.answers for clause in answer.as_read.quotable}
    if asks_what_tipped_it(topic):
        quotable = {clause for clause in quotable if is_plainly_decisive(clause, language)}
    told = sorted(quotable.intersection(state.mentions(topic)), key=lambda each: (len(each.topics), each.text))
    quotes = (quote_from(each.text, state.language) for each in told)
    return next((quote for quote in quotes if quote and not any(quote in text for text in shown)), "")
