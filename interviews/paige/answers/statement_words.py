"""The words by which a quote is cut, and by which a clause shows what it tells, from lexicons/*/statements.json.

Each list has words and rows of words, separated by "|". They are patterns for unaccented text.

- `openers`: what is left out before a comma or a joint. `joints` are between two clauses without a comma.
- `dependent`: beginnings of clauses that cannot stand alone. `pronouns`: beginnings that need their noun.
  `subordinators`: beginnings of clauses that need another one after them.
- `unfinished`: beginnings of what may need a clause after it. `relatives` begin a clause within another one.
- `shows`: by the kind of follow-up that is not needed then. `hypothetical`: what would be.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.words import unaccented


@cache
def statement_words(language: str, name: str) -> re.Pattern[str]:
    """Finds nothing if the language does not have the list."""
    return _any_of(_lists(language).get(name, ""))


@cache
def words_that_show(language: str) -> Mapping[FollowUpKind, re.Pattern[str]]:
    return {FollowUpKind(kind): _any_of(words) for kind, words in _lists(language).get("shows", {}).items()}


@cache
def _lists(language: str) -> Mapping[str, Any]:
    return lexicon("statements", language) if language in languages_with("statements") else {}


def _any_of(words: str) -> re.Pattern[str]:
    rows = sorted({unaccented(row) for row in words.split("|") if row}, key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, rows))})" if rows else r"(?!)")
