"""The words that the check looks for, from lexicons/*/wording.json. A model words nothing in a language without it.

- `functions`: words that name nothing. `neutral` words may be in any question. `acknowledgements`: more words for the
  sentence before a question.
- `open` words ask. `anaphora` stand for something that was said.
- `numbers`: words for numbers. `counts`: those from 3 on. `series`: what joins the last part of a list to the others.
- `kinds`: what a question asks for.
- In a language that capitalizes nouns: frequent `nouns`, and the `determiners` before others.
- The other lists are patterns (interviews/paige/language.py) of what a message may not have. `first_person`:
  except in `allowed_first_person`. `private` words may only be taken up. A sentence that tells something of the vendor
  needs one of the `attributions`.
- `harmful`: patterns of requests whose words may all have been said, by what they ask for. "Which password did you
  use" is one, "What did passwords mean for the team" is not. `words`: what stands for <name>.
- `present` and `past`: a question may be a request if its first such word is `present`. `past` also has present-tense
  phrases that are no request.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from interviews.paige.guide.guide import Guide, shipped_guide, shipped_guides
from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.language import languages_with, lexicon, lower_case, phrases, whole_words

LISTS = ("functions", "neutral", "acknowledgements", "open", "anaphora", "nouns", "determiners")
PATTERNS = (
    *("numbers", "first_person", "allowed_first_person", "advice", "promises", "private", "rude"),
    *("about_the_request", "attributions", "series", "present", "past"),
)


@dataclass(frozen=True)
class WordingWords:
    """`vocabulary`: of Paige's own texts too."""

    functions: frozenset[str]
    neutral: frozenset[str]
    acknowledgements: frozenset[str]
    open: frozenset[str]
    anaphora: frozenset[str]
    nouns: frozenset[str]
    determiners: frozenset[str]
    vocabulary: frozenset[str]
    numbers: re.Pattern[str]
    first_person: re.Pattern[str]
    allowed_first_person: re.Pattern[str]
    advice: re.Pattern[str]
    promises: re.Pattern[str]
    private: re.Pattern[str]
    harmful: re.Pattern[str]
    present: re.Pattern[str]
    past: re.Pattern[str]
    rude: re.Pattern[str]
    about_the_request: re.Pattern[str]
    attributions: re.Pattern[str]
    series: re.Pattern[str]
    counts: Mapping[str, int]
    kinds: Mapping[FollowUpKind, re.Pattern[str]]

    @classmethod
    def of(cls, language: str) -> Self:
        found = lexicon("wording", language)
        lists = {name: frozenset(words_of(found.get(name, ""))) for name in LISTS}
        named = found["words"]
        patterns: dict[str, Any] = {name: whole_words([found[name]], named) for name in PATTERNS}
        harmful = whole_words(found["harmful"].values(), named)
        kinds = {FollowUpKind(kind): whole_words([words]) for kind, words in found["kinds"].items()}
        counts = {word: number for number, word in enumerate(words_of(found["counts"]), start=3)}
        vocabulary = frozenset().union(*lists.values(), _own(language))
        return cls(**{**patterns, **lists}, harmful=harmful, kinds=kinds, counts=counts, vocabulary=vocabulary)

    @property
    def capitalizes_nouns(self) -> bool:
        return bool(self.determiners)


@cache
def wording_words(language: str) -> WordingWords | None:
    return WordingWords.of(language) if language in languages_with("wording") else None


def words_of(text: str) -> list[str]:
    return lower_case(text).replace("?", " ").split()


def _own(language: str) -> frozenset[str]:
    """The words of Paige's phrases and of the shipped guides."""
    texts = [text for wordings in phrases(language).values() for text in wordings]
    for data in map(shipped_guide, shipped_guides()):
        if data.get("language") == language:
            guide = Guide.from_data(data)
            texts.append(guide.purpose)
            texts += [text for each in guide.every_topic for text in (each.title, each.bridge, *each.wordings())]
    return frozenset(word for text in texts for word in words_of(text))
