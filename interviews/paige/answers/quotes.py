import re
from collections.abc import Iterable, Iterator, Set

from interviews.paige.answers.lexicon import conjunctions
from interviews.paige.guide.texts import MAX_QUOTE_WORDS, MIN_QUOTE_WORDS, QUOTE, VENDOR
from interviews.paige.language.words import unaccented

# No quotation marks, markup, placeholders or question marks: a message stays one sentence of plain text.
_QUOTABLE = re.compile(r"[^.!?;:,\n\r\v\f()\[\]{}<>\"“”„«»*_`#|\\~^=\N{HORIZONTAL ELLIPSIS}\N{EM DASH}\N{EN DASH}]+")
_TELLING_LENGTH = 4
_LONG = 9
"""Clauses of at least this many words are cut at conjunctions."""


def quotes(texts: Iterable[str], avoid: Iterable[str] = ()) -> list[str]:
    """The most telling first. `avoid`: messages that already contain a quote."""
    shown, given = list(avoid), list(texts)
    joints = conjunctions(" ".join(given))
    found = {quote: None for text in given for part in _QUOTABLE.findall(text) for quote in _pieces(part, joints)}
    return sorted((quote for quote in found if not any(quote in text for text in shown)), key=_telling, reverse=True)


def is_quote(quote: str, texts: Iterable[str]) -> bool:
    return (
        MIN_QUOTE_WORDS <= len(quote.split()) <= MAX_QUOTE_WORDS
        and quote == " ".join(quote.split())
        and quote.isprintable()
        and _QUOTABLE.fullmatch(quote) is not None
        and any(re.search(rf"(?<!\w){re.escape(quote)}(?!\w)", text) for text in texts)
    )


def quote_of(message: str, template: str) -> str | None:
    """The text at the place of {quote} in a message that ends with the template."""
    if QUOTE not in template:
        return None
    pattern = re.escape(template).replace(re.escape(QUOTE), "(.+?)").replace(re.escape(VENDOR), ".+?")
    found = re.search(rf"{pattern}\Z", message)
    return found[1] if found else None


def _pieces(clause: str, joints: Set[str]) -> Iterator[str]:
    row: list[str] = []
    for word in [*clause.split(" "), ""]:
        is_joint = unaccented(word).strip() in joints
        if (not word or (is_joint and len(clause.split()) >= _LONG)) and row:
            quote = " ".join(row)
            if is_quote(quote, [clause]):
                yield quote
            row = []
        if word and (row or not is_joint):
            row.append(word)


def _telling(quote: str) -> int:
    return len({word for word in unaccented(quote).split() if len(word) >= _TELLING_LENGTH})
