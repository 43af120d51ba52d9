from collections.abc import Iterator, Mapping
from itertools import pairwise

from interviews.lifecycle import Move
from interviews.paige.dialogue import AGAIN, wanted_language
from interviews.paige.guide.guide import Topic
from interviews.paige.language import Phrase, phrases
from interviews.paige.reading.readings import Act
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.threads import Thread

REPLIES: Mapping[Act, str] = {
    Act.ASKS_ABOUT_AI: "ai",
    Act.ASKS_WHO_READS: "who_reads",
    Act.ASKS_HOW_LONG: "how_long",
    Act.WANTS_LANGUAGE: "language",
    Act.ASKS_SOMETHING: "cannot_answer",
}

# Said only at the first wish.
EXPLANATIONS: Mapping[Act, str] = {
    Act.WANTS_TO_STOP: "how_to_stop",
    Act.WANTS_A_PERSON: "how_to_reach_a_person",
    Act.WANTS_DELETION: "how_to_delete",
    Act.WANTS_NO_NAME: "how_not_to_be_named",
}


def openers(state: DialogueState, move: Move, topic: Topic, thread: Thread | None) -> tuple[Phrase, ...]:
    """What Paige says before a question. `thread`: what a follow-up is about."""
    lead_in = [*_lead_in(state, move, is_on_last=thread is not None and thread.is_last)]
    to_topic = _to_topic(state, topic) if move == Move.QUESTION and not lead_in else ()
    return (*_to_questions(state, move), *_to_wishes(state), *lead_in, *to_topic, *_return(state, thread))


def last_reply(state: DialogueState) -> tuple[Phrase, ...]:
    """To wishes and questions in the last answer, if no question follows."""
    wishes = () if Act.WANTS_TO_STOP in state.last.acts else _to_wishes(state)
    return (*_to_questions(state, Move.CLOSING), *wishes)


def _to_questions(state: DialogueState, move: Move) -> Iterator[Phrase]:
    brief = state.brief
    for act, name in REPLIES.items():
        if act in state.last.acts:
            has_switched = act is Act.WANTS_LANGUAGE and len(brief.guides) > 1
            is_wanted = has_switched and wanted_language(state.last) == brief.guide.language
            yield Phrase("switched" if is_wanted else name, state.earlier(act))
    if move not in AGAIN and Act.ASKS_PURPOSE in state.last.acts:
        yield Phrase("purpose", state.earlier(Act.ASKS_PURPOSE))


def _to_wishes(state: DialogueState) -> Iterator[Phrase]:
    wishes = [wish for wish in EXPLANATIONS if wish in state.last.wishes and not state.earlier(wish)]
    yield from (Phrase(EXPLANATIONS[wish]) for wish in wishes)
    if wishes and not any(map(state.earlier, EXPLANATIONS)):
        yield Phrase("reach" if state.brief.contact_address else "reach_sender")


def _lead_in(state: DialogueState, move: Move, *, is_on_last: bool) -> Iterator[Phrase]:
    last = state.last
    if state.has_stopped:
        yield Phrase("stopped_with_an_answer" if last.findings else "stopped")
    elif move == Move.REPEAT:
        yield from [Phrase("go_on")] if last.wishes else state.unsaid("again")
    elif move == Move.REPHRASE:
        return
    elif state.is_complaint:
        yield from state.unsaid("feeling")
    elif state.goes_on:
        return
    elif state.is_unclear:
        yield Phrase("left_unclear", sum(turn.move == Move.REPHRASE for turn in state.said))
    elif is_on_last:
        return
    elif state.repeats[-1] and not last.questions and Act.DECLINES not in last.acts:
        yield from state.unsaid("said_before")
    elif last.is_declined and last.clauses and not last.denying:
        yield from state.unsaid("declined")


def _to_topic(state: DialogueState, topic: Topic) -> Iterator[Phrase]:
    """Tells the contact that they have touched on the topic, or announces it.

    Two topics in a row are not announced: contacts called that a checklist.
    """
    if state.has_touched(topic):
        yield from state.unsaid("touched")
    elif state.asked[-1].move == Move.FOLLOW_UP and not _was_announced(state):
        yield from [Phrase("bridge")] if topic.bridge else state.unsaid("bridge")


def _was_announced(state: DialogueState) -> bool:
    """Whether the last question on a topic follows a bridge."""
    last = next(turn for turn in reversed(state.asked) if turn.move in {Move.QUESTION, Move.COVERED})
    own = state.brief.guide.topic(last.topic).bridge
    bridges = [own] if own else phrases(state.brief.guide.language)["bridge"]
    return any(bridge in last.authored_text for bridge in bridges)


def _return(state: DialogueState, thread: Thread | None) -> Iterator[Phrase]:
    if thread and thread.answer < state.newest:
        pairs = pairwise(state.asked)
        yield Phrase("return", sum(turn.move == Move.FOLLOW_UP and turn.topic != last.topic for last, turn in pairs))
