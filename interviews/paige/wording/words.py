"""The words that the check looks for, from lexicons/*/wording.json. A model words nothing in a language without it.

- `functions`: words that name nothing. `neutral` words may be in any question. `acknowledgements`: more words for the
  sentence before a question.
- `open` words ask. `anaphora` stand for something that was said.
- `numbers`: words for numbers.
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
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self

from interviews.paige.guide.guide import Guide, shipped_guide, shipped_guides
from interviews.paige.language import languages_with, lexicon, lower_case, phrases, whole_words


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

    @classmethod
    def of(cls, language: str) -> Self:
        found = lexicon("wording", language)
        found["harmful"] = "|".join(found["harmful"].values())
        types: dict[str, Any] = {each.name: each.type for each in fields(cls)}
        of_lists = (name for name in types if types[name] == frozenset[str])
        lists: dict[str, Any] = {name: frozenset(words_of(found.get(name, ""))) for name in of_lists}
        of_patterns = (name for name in types if types[name] == re.Pattern[str])
        patterns: dict[str, Any] = {name: whole_words([found[name]], found["words"]) for name in of_patterns}
        lists["vocabulary"] = _own(language).union(*lists.values())
        return cls(**patterns, **lists)


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
