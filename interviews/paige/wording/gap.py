"""Whether words that fill the gap of a bridge name one thing that the contact spoke about.

The authored sentence around the gap says only that the contact has spoken about the thing. So the words state nothing,
if they name what the contact has named.
"""

import re
from collections.abc import Iterator, Sequence

from interviews.paige.answers.lexicon import language_of
from interviews.paige.language.sentences import SENTENCE_GAP
from interviews.paige.language.words import lower_case
from interviews.paige.wording.message import WordedMessage, is_form
from interviews.paige.wording.words import WordingWords, words_of

MAX_THING_WORDS = 8
MIN_STEM = 4
"""A thing has fewer words than a conversation, so that unrelated words with the same beginning are rare."""

_WORD = r"[\w€$%&'\N{RIGHT SINGLE QUOTATION MARK}/-]+(?:[.,]\d+)*"
_WORDS_ONLY = re.compile(rf"{_WORD}(?: {_WORD})*")


def is_thing_of_the_contact(message: WordedMessage) -> bool:
    """Whether its words of content stand side by side in a sentence of the contact, in any order.

    "And" may join two things, and "in" and the like two things of one sentence.
    """
    if not _WORDS_ONLY.fullmatch(message.text) or message.words.first_person.search(message.plain):
        return False
    return any(_is_named(message, hyphen) for hyphen in (" ", ""))


def _is_named(message: WordedMessage, hyphen: str) -> bool:
    """`hyphen`: replaces each hyphen. If empty, "back-test" is one word. If a space, "back" alone names nothing."""
    sentences = [words_of(sentence.replace("-", hyphen)) for sentence in _sentences(message)]
    series = message.words.series.split(lower_case(message.text.replace("-", hyphen)))
    things = [message.words.places.split(thing) for thing in series]
    return all(any(_are_from(each, thing, message.words) for each in sentences) for thing in things)


def _sentences(message: WordedMessage) -> Iterator[str]:
    own = message.public.language
    for answer in message.public.answers:
        if language_of(answer, own) == own:
            yield from SENTENCE_GAP.split(answer)


def _are_from(sentence: Sequence[str], parts: Sequence[str], words: WordingWords) -> bool:
    return all(_is_from(sentence, words_of(part), words) for part in parts)


def _is_from(sentence: Sequence[str], thing: Sequence[str], words: WordingWords) -> bool:
    said, named = ([each for each in text if _has_content(each, words)] for text in (sentence, thing))
    is_joined = words.joints.union(named).issuperset(thing)
    parts = (said[start : start + len(named)] for start in range(len(said) - len(named) + 1))
    return bool(named) and is_joined and any(_is_same(part, named) and _is_same(named, part) for part in parts)


def _has_content(word: str, words: WordingWords) -> bool:
    return word not in words.functions or word in words.qualifiers


def _is_same(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether each word is among the others, maybe in another form."""
    return all(any(each == other or is_form(each, other, min_stem=MIN_STEM) for other in others) for each in some)
