import re
import unicodedata

KEPT_WORDS = 4096
MAX_LETTERS = 40
"""Letters after these are ignored."""

_WORD = re.compile(r"[^\W_]+|\?+")
_APOSTROPHE = re.compile("['`\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}]")
# French and Italian: "c'est" are two words, but "don't" is one.
_ELISION = re.compile(rf"\b([cdjlmnst]|qu|un|all|dall|dell|nell|sull){_APOSTROPHE.pattern}", re.IGNORECASE)


def normalized(text: str) -> str:
    """Words and question marks, each followed by a space, without case, accents and apostrophes."""
    decomposed = unicodedata.normalize("NFKD", _without_apostrophes(text))
    return _spaced("".join(character for character in decomposed if not unicodedata.combining(character)))


def accented(text: str) -> str:
    """Like `normalized`, with accents: without them, the German "würde" (would) is "wurde" (was)."""
    return _spaced(unicodedata.normalize("NFC", _without_apostrophes(text)))


def _without_apostrophes(text: str) -> str:
    return _APOSTROPHE.sub("", _ELISION.sub(r"\1 ", text))


def _spaced(text: str) -> str:
    words = _WORD.findall(text.casefold())
    return "".join("? " if word.startswith("?") else f"{word} " for word in words)
