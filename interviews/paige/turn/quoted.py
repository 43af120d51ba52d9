"""What Paige's messages quote."""

from collections.abc import Iterable

from interviews.lifecycle import Move
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.quotes import quote_of
from interviews.paige.guide.guide import Guide
from interviews.paige.language.lexicons import phrases


def quote_in(message: Utterance, guides: Iterable[Guide]) -> str:
    """Empty if it has none. `guides`: of each language in which the interview was conducted."""
    templates = (template for guide in guides for template in _templates(message, guide))
    return next((quote for template in templates if (quote := quote_of(message.authored_text, template))), "")


def _templates(message: Utterance, guide: Guide) -> list[str]:
    if message.move == Move.COVERED:
        return phrases(guide.language)["covered"]
    if message.follow_up is None:
        return []
    return [guide.topic(message.topic).follow_ups[message.follow_up].template]
