from functools import lru_cache

from interviews.paige.answers.lexicon import Intent, language_name_patterns, language_of
from interviews.paige.answers.reading import read
from interviews.paige.language.words import unaccented


@lru_cache(maxsize=512)
def wanted_language(answer: str) -> str | None:
    """The language that the contact asks for: the one that they name, or else the one in which they ask.

    None if they name several.
    """
    requests = [each.text for each in read(answer).sentences if Intent.ASKS_ABOUT_LANGUAGE in each.intents]
    request = unaccented(" ".join(requests))
    named = [code for code, names in language_name_patterns().items() if names.search(request)]
    if not request or len(named) > 1:
        return None
    return named[0] if named else language_of(request)
