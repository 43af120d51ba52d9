"""Which language a text is in, and which one a contact asks for, from lexicons/*/languages.json.

`function_words`: frequent words of the language. `names`: what it calls other languages, by their codes.
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from functools import cache

from interviews.paige.language.lexicons import languages_with, lexicon, switch_requests
from interviews.paige.language.words import unaccented
from interviews.paige.reading.readings import Act, AnswerReading


def language_of(text: str, default: str = "en") -> str:
    """The language with the most function words in the text. The default wins a tie."""
    words = unaccented(text).split()
    counts = {code: sum(word in common for word in words) for code, common in _function_words().items()}
    return max(counts, key=lambda code: (counts[code], code == default))


def wanted_language(reading: AnswerReading) -> str | None:
    """The language that the contact names, or else the one in which they ask. None if they name several."""
    requests = [clause.text for clause in reading.clauses if clause.act is Act.WANTS_LANGUAGE]
    if requests and (by_button := switch_requests().get(requests[-1])):
        return by_button
    request = unaccented(" ".join(requests)).split()
    named = {code for word in request for code in _names().get(word, ())}
    if not request or len(named) > 1:
        return None
    return named.pop() if named else language_of(" ".join(requests))


@cache
def _function_words() -> Mapping[str, frozenset[str]]:
    return {
        code: frozenset(unaccented(lexicon("languages", code)["function_words"]).split())
        for code in languages_with("languages")
    }


@cache
def _names() -> Mapping[str, Set[str]]:
    """The codes by name. One name may have several codes."""
    found: dict[str, set[str]] = defaultdict(set)
    for language in languages_with("languages"):
        for code, names in lexicon("languages", language)["names"].items():
            for name in unaccented(names).split():
                found[name].add(code)
    return found
