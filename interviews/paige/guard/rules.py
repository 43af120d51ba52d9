"""The rules that a model's message must keep.

A rejected message costs one attempt, then the guide's question is asked.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import Enum

from interviews.lifecycle import Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import said_by
from interviews.paige.disclosure import is_plain_about_ai
from interviews.paige.guard import phrases
from interviews.paige.guard.leaks import leaks
from interviews.paige.guard.words import content_of, ngrams, normalize, stems_of, words_of
from interviews.paige.guide_serializers import MAX_QUESTION_WORDS
from interviews.paige.prompt import RULES

MAX_CHARACTERS = 400
MAX_WORD_LENGTH = 20


class Problem(Enum):
    """The value is the text for the model."""

    NOT_ONE_QUESTION = "it must ask exactly one question and end with it"
    NOT_OPEN = "its question must be open: one that asks what, how, which, where, who or why"
    TOO_LONG = f"it must have at most {MAX_QUESTION_WORDS} words"
    ASKED_BEFORE = "it repeated a question that was asked before or belongs to another turn"
    PRAISE = "it must not praise, thank, agree or sympathise"
    LEADING = "it must not lead, assume an answer, or offer answers to pick from"
    LEAK = "it showed the background"
    PROMPT = "it spoke of its instructions"
    NOT_PLAIN = "it must be plain text, without markup, names before it or other languages"
    NOT_AN_AI = "it must say plainly that it is an AI when asked, and never that it is a person"


def tidy(reply: str) -> str:
    line = " ".join(reply.split())
    quoted = re.fullmatch(r"[\"\N{LEFT DOUBLE QUOTATION MARK}](.*)[\"\N{RIGHT DOUBLE QUOTATION MARK}]", line)
    return quoted[1].strip() if quoted else line


def problems(message: str, brief: Brief) -> frozenset[Problem]:
    """Far too long messages get only TOO_LONG: other checks take quadratic time."""
    if len(message) > MAX_CHARACTERS:
        return frozenset({Problem.TOO_LONG})
    return frozenset(problem for problem, breaks in CHECKS.items() if breaks(message, brief))


_MIXED = re.compile(r"[a-z][A-Z]|\d[a-zA-Z]{2}|[a-zA-Z]{2}\d")

_RULE_NGRAMS = ngrams(words_of(RULES), 6)


def _question(message: str) -> str:
    return re.split(r"(?<=[.!:;])\s+", normalize(message))[-1]


def _is_not_one_question(message: str, brief: Brief) -> bool:
    return normalize(message).count("?") != 1 or not message.endswith("?") or len(words_of(message)) < 2


def _is_not_open(message: str, brief: Brief) -> bool:
    question = _question(message)
    return not phrases.OPEN.search(question) or phrases.CLOSED.search(question) is not None


def _is_too_long(message: str, brief: Brief) -> bool:
    return len(message.split()) > MAX_QUESTION_WORDS


def _was_asked_before(message: str, brief: Brief) -> bool:
    """Includes the guide's questions for other turns."""
    asked = [turn.text for turn in said_by(Speaker.PAIGE, brief.conversation)]
    others = [text for topic in brief.guide.every_topic for text in topic.wordings() if text != brief.question]
    return any(_are_alike(message, text) for text in (*asked, *others))


def _are_alike(one: str, other: str) -> bool:
    mine, theirs = set(content_of(one)), set(content_of(other))
    shared, all_words = len(mine & theirs), len(mine | theirs)
    one_words, other_words = set(stems_of(one)), set(stems_of(other))
    shorter = min(len(one_words), len(other_words))
    return (
        words_of(one) == words_of(other)
        or (shared >= 2 and shared >= 0.7 * all_words)
        or (shorter >= 6 and len(one_words & other_words) >= 0.85 * shorter)
    )


def _praises(message: str, brief: Brief) -> bool:
    return phrases.PRAISE.search(normalize(message)) is not None


def _is_leading(message: str, brief: Brief) -> bool:
    return phrases.LEADING.search(normalize(message)) is not None


def _shows_the_prompt(message: str, brief: Brief) -> bool:
    rest = phrases.DECLINES.sub("", normalize(message))
    return phrases.OF_THE_PROMPT.search(rest) is not None or not _RULE_NGRAMS.isdisjoint(ngrams(words_of(message), 6))


def _is_not_plain(message: str, brief: Brief) -> bool:
    familiar = " ".join([brief.vendor, brief.question, *(turn.text for turn in brief.conversation)])
    strange = [word for word in message.split() if _is_strange(word) and word.strip("?,.;:!") not in familiar]
    patterns = (phrases.MARKUP, phrases.SPEAKER, phrases.SPELT_OUT)
    return bool(strange) or any(pattern.search(text) for pattern in patterns for text in (message, normalize(message)))


def _is_strange(word: str) -> bool:
    if len(word) > MAX_WORD_LENGTH or _MIXED.search(word):
        return True
    return any((c.isalpha() and not c.isascii()) or unicodedata.category(c)[0] in "CM" for c in word)


def _is_not_plain_about_ai(message: str, brief: Brief) -> bool:
    return not is_plain_about_ai(message, brief.last_answer)


CHECKS: Mapping[Problem, Callable[[str, Brief], bool]] = {
    Problem.NOT_ONE_QUESTION: _is_not_one_question,
    Problem.NOT_OPEN: _is_not_open,
    Problem.TOO_LONG: _is_too_long,
    Problem.ASKED_BEFORE: _was_asked_before,
    Problem.PRAISE: _praises,
    Problem.LEADING: _is_leading,
    Problem.LEAK: leaks,
    Problem.PROMPT: _shows_the_prompt,
    Problem.NOT_PLAIN: _is_not_plain,
    Problem.NOT_AN_AI: _is_not_plain_about_ai,
}
