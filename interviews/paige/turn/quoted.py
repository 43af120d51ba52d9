from collections.abc import Iterable

from interviews.lifecycle import Move
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.quotes import quote_of
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.texts import VENDOR
from interviews.paige.language.lexicons import Phrase, phrases
from interviews.paige.turn.brief import Brief

QUESTIONS = ("absent_comparison", "absent_people", "absent_change", "hint")


def quote_in(message: Utterance, guides: Iterable[Guide]) -> str:
    """Empty if it has none. `guides`: of each language in which the interview was conducted."""
    templates = (template for guide in guides for template in _templates(message, guide))
    return next((quote for template in templates if (quote := quote_of(message.authored_text, template))), "")


def phrase_in(message: Utterance, brief: Brief) -> Phrase | None:
    """The question of the message, if it is one of QUESTIONS."""
    wordings = ((Phrase(name, i), text) for name in QUESTIONS for i, text in enumerate(_phrases(brief, name)))
    return next((phrase for phrase, text in wordings if message.authored_text.endswith(text)), None)


def _phrases(brief: Brief, name: str) -> list[str]:
    return [text.replace(VENDOR, brief.vendor) for text in phrases(brief.guide.language)[name]]


def _templates(message: Utterance, guide: Guide) -> list[str]:
    if message.move == Move.COVERED:
        return phrases(guide.language)["covered"]
    if message.follow_up is None:
        return []
    return [guide.topic(message.topic).follow_ups[message.follow_up].template]
