from collections.abc import Iterator, Mapping

from interviews.lifecycle import Move
from interviews.paige.answers.dialogue import AGAIN
from interviews.paige.answers.lexicon import Intent
from interviews.paige.answers.sentences import UNCLEAR
from interviews.paige.answers.wanted_language import wanted_language
from interviews.paige.guide.guide import Topic
from interviews.paige.language.lexicons import Phrase, phrases
from interviews.paige.turn.dialogue_state import DialogueState

REPLIES: Mapping[Intent, str] = {
    Intent.ASKS_ABOUT_AI: "ai",
    Intent.ASKS_WHO_READS: "who_reads",
    Intent.ASKS_HOW_LONG: "how_long",
    Intent.ASKS_ABOUT_LANGUAGE: "language",
    Intent.ASKS_IF_ENOUGH: "enough",
    Intent.ASKS_SOMETHING: "cannot_answer",
}

# Said at the first wish, and never again.
EXPLANATIONS: Mapping[Intent, str] = {
    Intent.WANTS_TO_STOP: "how_to_stop",
    Intent.WANTS_A_PERSON: "how_to_reach_a_person",
    Intent.WANTS_DELETION: "how_to_delete",
}


def openers(state: DialogueState, move: Move, topic: Topic, *, is_on_last: bool = False) -> tuple[Phrase, ...]:
    """`is_on_last`: the move takes up what the last answer tells."""
    lead_in = [*_lead_in(state, move, is_on_last=is_on_last)]
    to_topic = _to_topic(state, topic, is_led=bool(lead_in)) if move == Move.QUESTION else ()
    return (*_to_questions(state, move), *_to_wishes(state), *lead_in, *to_topic)


def last_reply(state: DialogueState) -> tuple[Phrase, ...]:
    """To wishes and questions beside the last answer, once nothing more is asked."""
    wishes = () if Intent.WANTS_TO_STOP in state.last.intents else _to_wishes(state)
    return (*_to_questions(state, Move.CLOSING), *wishes)


def _to_questions(state: DialogueState, move: Move) -> Iterator[Phrase]:
    for intent, name in REPLIES.items():
        if intent in state.last.intents:
            is_switch = intent is Intent.ASKS_ABOUT_LANGUAGE and _has_switched(state)
            yield Phrase("switched" if is_switch else name, state.earlier(intent))
    if move not in AGAIN and Intent.ASKS_PURPOSE in state.last.intents:
        yield Phrase("purpose", state.earlier(Intent.ASKS_PURPOSE))


def _has_switched(state: DialogueState) -> bool:
    is_wanted = wanted_language(state.answers[-1].text) == state.brief.guide.language
    return bool(state.brief.guides_before) and is_wanted


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
        if last.wishes:
            yield Phrase("go_on")
        else:
            yield from state.unsaid("again")
    elif move == Move.REPHRASE:
        return
    elif last.shows_feeling:
        yield from state.unsaid("feeling")
    elif state.goes_on:
        return
    elif last.questions & UNCLEAR:
        yield Phrase("left_unclear", sum(turn.move == Move.REPHRASE for turn in state.said))
    elif is_on_last:
        return
    elif state.repeats[-1] and not last.questions and Intent.DECLINES not in last.intents:
        yield from state.unsaid("said_before")
    elif last.is_declined and last.sentences and Intent.DENIES not in last.intents:
        yield from state.unsaid("declined")


def _to_topic(state: DialogueState, topic: Topic, *, is_led: bool) -> Iterator[Phrase]:
    """Paige says if the contact has told something on the topic without being asked. Otherwise she announces the topic.

    She does not announce two topics in a row: contacts called that a checklist.
    """
    if is_led:
        return
    if state.has_touched(topic):
        yield from state.unsaid("touched")
    elif state.asked[-1].move == Move.FOLLOW_UP and not _was_named(state):
        yield from [Phrase("bridge")] if topic.bridge else state.unsaid("bridge")


def _was_named(state: DialogueState) -> bool:
    """Whether a bridge stands before the last question on a topic."""
    last = next(turn for turn in reversed(state.asked) if turn.move in {Move.QUESTION, Move.COVERED})
    own = state.brief.guide.topic(last.topic).bridge
    bridges = [own] if own else phrases(state.brief.guide.language)["bridge"]
    return any(bridge in last.authored_text for bridge in bridges)
