"""The words that tell what a statement is, from lexicons/*/statements.json, in the language of patterns.py.

- `events`, without `not_events`: what happened or was done. `needs`, without `durations`: what had to be.
  `hypotheses`: what would be; with accents, since the German "wäre" (would be) is not "waren" (were).
  `verbs`: others. `copulas` precede a judgement.
- `praise`, `judgements`: more opinions than opinions.json has. `peaks`: superlatives.
- `starts`: the beginning of a clause with a subject of its own. `joints` are between two clauses without a comma.
- `openers`: what is left out before a comma. `dependent`: beginnings of clauses that cannot stand alone.
  `unfinished`: those of what may need a clause after it. Those of `adverbials` have it, unless a clause is `embedded`.
  `pronouns`: beginnings that need their noun.
- `remarks` begin small talk and words to Paige. `figures`: figures of speech and unfinished sentences.
  `complaints`: figures of speech that judge. `hints`: that there is something to tell.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Self

from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.patterns import whole_words_of
from interviews.paige.language.words import unaccented


@dataclass(frozen=True)
class StatementWords:
    own: re.Pattern[str]
    others: re.Pattern[str]
    copulas: re.Pattern[str]
    events: re.Pattern[str]
    not_events: re.Pattern[str]
    needs: re.Pattern[str]
    durations: re.Pattern[str]
    hypotheses: re.Pattern[str]
    verbs: re.Pattern[str]
    joints: re.Pattern[str]
    relatives: re.Pattern[str]
    starts: re.Pattern[str]
    openers: re.Pattern[str]
    peaks: re.Pattern[str]
    praise: re.Pattern[str]
    judgements: re.Pattern[str]
    subordinators: re.Pattern[str]
    dependent: re.Pattern[str]
    unfinished: re.Pattern[str]
    adverbials: re.Pattern[str]
    embedded: re.Pattern[str]
    pronouns: re.Pattern[str]
    remarks: re.Pattern[str]
    figures: re.Pattern[str]
    complaints: re.Pattern[str]
    hints: re.Pattern[str]

    @classmethod
    def of(cls, language: str) -> Self:
        lists = lexicon("statements", language) if language in languages_with("statements") else {}
        return cls(**whole_words_of(lists, cls.__annotations__, ("hypotheses",), lists.get("words", {})))

    def has_verb(self, text: str) -> bool:
        plain = unaccented(text)
        return any(pattern.search(plain) for pattern in (self.verbs, self.events, self.needs))


@cache
def statement_words(language: str) -> StatementWords:
    """Without a file for the language, nothing is known."""
    return StatementWords.of(language)
