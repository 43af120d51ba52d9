"""The text of a message: authored texts, with the vendor's name, its address and an exact quote in their places.

Nothing that an engine returns is shown, except a quote that the contact's own answers contain.
"""

import re

from interviews.lifecycle import Move, Speaker
from interviews.paige.brief import Brief
from interviews.paige.choice import Choice
from interviews.paige.dialogue import said_by
from interviews.paige.fixed_phrases import Phrase, wording
from interviews.paige.lexicon import Intent
from interviews.paige.moves import NextMove
from interviews.paige.quotes import is_quote

_PLACE = re.compile(r"\{(vendor|contact_address|quote)\}")


def compose(brief: Brief, choice: Choice) -> str:
    move = choice.move
    texts = [*map(wording, move.openers), *_question(brief, move)]
    quote = choice.quote if choice.quote and _may_quote(choice.quote, brief, move) else next(iter(move.quotes), "")
    values = {"vendor": brief.vendor, "contact_address": brief.contact_address, "quote": quote}
    return _PLACE.sub(lambda place: values[place[1]], " ".join(texts))


def _may_quote(quote: str, brief: Brief, move: NextMove) -> bool:
    """Not if Paige has said the words: then they are hers, or were quoted already."""
    said = [turn.text for turn in said_by(Speaker.PAIGE, brief.conversation)]
    return is_quote(quote, move.sources) and not any(quote in text for text in said)


def _question(brief: Brief, move: NextMove) -> list[str]:
    match move.move:
        case Move.COVERED:
            count = sum(turn.move == Move.COVERED for turn in brief.conversation)
            return [wording(Phrase("covered", count))]
        case Move.REPHRASE:
            return _rephrased(brief, move)
        case _:
            return [move.asked.text if move.asked else move.topic.question]


def _rephrased(brief: Brief, move: NextMove) -> list[str]:
    topic, intents = move.topic, brief.conversation[-1].reading.intents
    if move.asked is None:
        return [topic.reason or wording(Phrase("any_answer")), topic.rephrasing or topic.question]
    if Intent.ASKS_PURPOSE in intents and topic.reason:
        return [topic.reason, move.asked.text]
    return [wording(Phrase(f"meaning_{move.asked.kind}")), move.asked.text]
