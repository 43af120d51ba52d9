"""Detects messages that reveal notes or objective. Translations and paraphrases are not detected.

Stop words and words of the guide or the contact are free. A leak is a number, a name or a long word that is not free;
two such words of one background sentence; a bigram that is not all free; or a trigram that neither guide nor contact
used.
"""

import re
from collections.abc import Iterable

from interviews.lifecycle import Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import said_by
from interviews.paige.guard.words import COMMON, content_of, ngrams, spellings, stem, stems_of, words_of

LONG_WORD = 12

_SENTENCE_END = re.compile(r"[.!?;](?=\s)|[\n{}\[\]]")
_NAME_OR_NUMBER = re.compile(r"\b(?:[^\W\d_]*\d[^\W_]*|[A-Z][^\W_]+)\b")


def leaks(message: str, brief: Brief) -> bool:
    background = f"{brief.contact_notes}\n{brief.objective}"
    free_texts = [*_guide_texts(brief), brief.contact_name, *_answers(brief)]
    free = COMMON.union(*map(stems_of, free_texts))
    shown = spellings(words_of(message))
    return (
        not shown.isdisjoint(_telling(background) - free)
        or any(len(shown & set(stems_of(sentence)) - free) >= 2 for sentence in _SENTENCE_END.split(background))
        or any(not free.issuperset(pair) for pair in _shared_ngrams(message, background, 2))
        or bool(
            _shared_ngrams(message, background, 3).difference(*(ngrams(content_of(text), 3) for text in free_texts))
        )
    )


def _telling(background: str) -> set[str]:
    found = {word.casefold() for word in _NAME_OR_NUMBER.findall(background) if not re.fullmatch(r"\d", word)}
    names = {stem(word) for word in found} - {stem(word) for word in re.findall(r"\b[a-z]+\b", background)}
    return names | {stem(word) for word in words_of(background) if len(word) >= LONG_WORD}


def _shared_ngrams(message: str, background: str, length: int) -> set[tuple[str, ...]]:
    return ngrams(content_of(message), length) & ngrams(content_of(background), length)


def _guide_texts(brief: Brief) -> Iterable[str]:
    guide = brief.guide
    yield from (brief.vendor, guide.name, guide.purpose)
    for topic in guide.every_topic:
        yield from (topic.title, *topic.wordings())


def _answers(brief: Brief) -> list[str]:
    return [turn.text for turn in said_by(Speaker.CONTACT, brief.conversation)]
