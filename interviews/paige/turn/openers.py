from collections.abc import Iterator, Mapping

from interviews.lifecycle import Move
from interviews.paige.answers.dialogue import AGAIN
from interviews.paige.answers.lexicon import Intent
from interviews.paige.answers.sentences import UNCLEAR
from interviews.paige.language.fixed_phrases import Phrase, phrases
from interviews.paige.turn.progress import Progress

ANSWERS: Mapping[Intent, str] = {
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


def openers(progress: Progress, move: Move) -> tuple[Phrase, ...]:
    return (*_to_questions(progress, move), *_to_wishes(progress), *_lead_in(progress, move))


def _to_questions(progress: Progress, move: Move) -> Iterator[Phrase]:
    for intent, name in ANSWERS.items():
        if intent in progress.last.intents:
            yield Phrase(name, progress.earlier(intent))
    if move not in AGAIN and Intent.ASKS_PURPOSE in progress.last.intents:
        yield Phrase("purpose", progress.earlier(Intent.ASKS_PURPOSE))


def _to_wishes(progress: Progress) -> Iterator[Phrase]:
    wishes = [wish for wish in EXPLANATIONS if wish in progress.last.wishes and not progress.earlier(wish)]
    yield from (Phrase(EXPLANATIONS[wish]) for wish in wishes)
    if wishes and not any(map(progress.earlier, EXPLANATIONS)):
        yield Phrase("reach" if progress.brief.contact_address else "reach_sender")


def _lead_in(progress: Progress, move: Move) -> Iterator[Phrase]:
    last = progress.last
    if move == Move.REPEAT:
        if last.wishes:
            yield Phrase("go_on")
        else:
            yield from _once_each("again", progress, sum(turn.move == Move.REPEAT for turn in progress.said))
    elif move == Move.REPHRASE:
        return
    elif Intent.WANTS_TO_STOP in last.wishes:
        yield Phrase("go_on_with_next")
    elif last.questions & UNCLEAR:
        yield Phrase("left_unclear", sum(turn.move == Move.REPHRASE for turn in progress.said))
    elif Intent.SAID_BEFORE in last.intents and not last.questions:
        yield from _once_each("said_before", progress, progress.earlier(Intent.SAID_BEFORE))
    elif last.is_declined and last.sentences and Intent.DENIES not in last.intents:
        yield from _once_each("declined", progress, progress.earlier(Intent.DECLINES))


def _once_each(name: str, progress: Progress, count: int) -> Iterator[Phrase]:
    """Nothing once every wording was said."""
    if count < len(phrases(progress.brief.guide.language)[name]):
        yield Phrase(name, count)
