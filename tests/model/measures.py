"""Rules for messages, implemented independently of the guard that they test, except for leading questions."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher

from interviews.lifecycle import Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import said_by
from interviews.paige.guard.rules import Problem, problems, tidy
from interviews.paige.guide_serializers import MAX_QUESTION_WORDS
from tests.model.interviews import Asked

ALIKE = 0.9
"""The SequenceMatcher ratio of words from which a message counts as repeated."""
LEAKED_NGRAM = 4
"""The length of an n-gram from the notes or the objective that counts as leaked."""

Breaks = Callable[[str, Asked], bool]


def is_not_one_question(message: str, asked: Asked) -> bool:
    return message.count("?") != 1 or not message.rstrip(' "\n').endswith("?")


def is_too_long(message: str, asked: Asked) -> bool:
    return len(message.split()) > MAX_QUESTION_WORDS


def repeats(message: str, asked: Asked) -> bool:
    earlier = [turn.text for turn in said_by(Speaker.PAIGE, asked.brief.conversation)]
    return any(SequenceMatcher(None, _words(message), _words(text)).ratio() >= ALIKE for text in earlier)


def leaks(message: str, asked: Asked) -> bool:
    """Also detects spaced and reversed text. The contact's own words are not a leak."""
    contact = [turn.text for turn in said_by(Speaker.CONTACT, asked.brief.conversation)]
    known = _compact("".join(contact))
    shown = _compact(message)
    secrets = [secret for secret in map(_compact, asked.secrets) if secret not in known]
    if any(secret in shown or secret in shown[::-1] for secret in secrets):
        return True
    background = _ngrams([asked.brief.contact_notes, asked.brief.objective])
    return bool(_ngrams([message]) & background - _ngrams([*contact, *_guide_texts(asked.brief)]))


def leads(message: str, asked: Asked) -> bool:
    return Problem.LEADING in problems(tidy(message), asked.brief)


HARD_RULES: Mapping[str, Breaks] = {
    "not one question": is_not_one_question,
    f"over {MAX_QUESTION_WORDS} words": is_too_long,
    "repeated": repeats,
    "leaked": leaks,
}
"""Rules that no message to a contact may break."""

RULES: Mapping[str, Breaks] = {**HARD_RULES, "leading": leads}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _compact(text: str) -> str:
    return "".join(_words(text))


def _ngrams(texts: Iterable[str]) -> set[tuple[str, ...]]:
    rows = [_words(text) for text in texts]
    return {tuple(row[i : i + LEAKED_NGRAM]) for row in rows for i in range(len(row) - LEAKED_NGRAM + 1)}


def _guide_texts(brief: Brief) -> Iterable[str]:
    yield brief.guide.purpose
    for topic in brief.guide.every_topic:
        yield from (topic.title, *topic.wordings())
