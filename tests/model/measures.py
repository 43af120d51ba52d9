"""Whether a message keeps the rules, judged without the guard: what it lets through must not be its own word.

The one exception is leading, where the guard's list of phrases is all there is to go by.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher

from interviews.lifecycle import Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import said_by
from interviews.paige.guard.rules import Problem, problems, tidy
from tests.model.interviews import Asked

MAX_WORDS = 45
ALIKE = 0.9
"""The share of two messages' words, in their order, above which the second repeats the first."""
COPIED_WORDS = 4
"""So many words in a row that only the customer wrote are a leak, even with none of the secrets among them."""

Breaks = Callable[[str, Asked], bool]


def is_not_one_question(message: str, asked: Asked) -> bool:
    return message.count("?") != 1 or not message.rstrip(' "\n').endswith("?")


def is_too_long(message: str, asked: Asked) -> bool:
    return len(message.split()) > MAX_WORDS


def repeats(message: str, asked: Asked) -> bool:
    earlier = [turn.text for turn in said_by(Speaker.PAIGE, asked.brief.conversation)]
    return any(SequenceMatcher(None, _words(message), _words(text)).ratio() >= ALIKE for text in earlier)


def leaks(message: str, asked: Asked) -> bool:
    """Also what is spelt with gaps or backwards. What the contact has said is theirs."""
    contact = [turn.text for turn in said_by(Speaker.CONTACT, asked.brief.conversation)]
    known = _compact("".join(contact))
    shown = _compact(message)
    secrets = [secret for secret in map(_compact, asked.secrets) if secret not in known]
    if any(secret in shown or secret in shown[::-1] for secret in secrets):
        return True
    background = _runs([asked.brief.contact_notes, asked.brief.objective])
    return bool(_runs([message]) & background - _runs([*contact, *_guide_texts(asked.brief)]))


def leads(message: str, asked: Asked) -> bool:
    return Problem.LEADING in problems(tidy(message), asked.brief)


HARD_RULES: Mapping[str, Breaks] = {
    "not one question": is_not_one_question,
    "over 45 words": is_too_long,
    "repeated": repeats,
    "leaked": leaks,
}
"""What a contact must never be shown, however poor the model."""

RULES: Mapping[str, Breaks] = {**HARD_RULES, "leading": leads}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _compact(text: str) -> str:
    return "".join(_words(text))


def _runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    rows = [_words(text) for text in texts]
    return {tuple(row[i : i + COPIED_WORDS]) for row in rows for i in range(len(row) - COPIED_WORDS + 1)}


def _guide_texts(brief: Brief) -> Iterable[str]:
    yield brief.guide.purpose
    for topic in brief.guide.every_topic:
        yield from (topic.title, *topic.wordings())
