"""Exact pieces of the contact's answers that a message may repeat."""

import re
from collections.abc import Iterable, Iterator

from interviews.paige.guide_serializers import MAX_QUOTE_WORDS, MIN_QUOTE_WORDS, QUOTE
from interviews.paige.lexicon import conjunctions, normalized

# No quotation marks, markup, placeholders or question marks: a message stays one sentence of plain text.
_CLAUSE = re.compile(r"[^.!?;:,\n\r\v\f()\[\]{}<>\"“”„«»*_`#|\\~^=\N{HORIZONTAL ELLIPSIS}\N{EM DASH}\N{EN DASH}]+")
_TELLING_LENGTH = 4
_LONG = 9
"""From so many words on, a clause is cut at its conjunctions."""


def quotes(texts: Iterable[str], avoid: Iterable[str] = ()) -> list[str]:
    """The most telling first. `avoid`: messages that already contain a quote."""
    shown = list(avoid)
    found = {quote: None for text in texts for clause in _CLAUSE.findall(text) for quote in _pieces(clause)}
    return sorted((quote for quote in found if not any(quote in text for text in shown)), key=_telling, reverse=True)


def is_quote(quote: str, texts: Iterable[str]) -> bool:
    """Whether the quote may be shown and is an exact piece of a text, cut between words."""
    return (
        MIN_QUOTE_WORDS <= len(quote.split()) <= MAX_QUOTE_WORDS
        and quote == " ".join(quote.split())
        and quote.isprintable()
        and _CLAUSE.fullmatch(quote) is not None
        and any(re.search(rf"(?<!\w){re.escape(quote)}(?!\w)", text) for text in texts)
    )


def quote_in(message: str, template: str) -> str | None:
    """The quote that a message has at the place of {quote} in the text that it was composed from."""
    before, _, after = template.partition(QUOTE)
    found = re.search(rf"{re.escape(before)}(.+?){re.escape(after)}", message)
    return found[1] if found else None


def without_quotes_of(withdrawn: str, message: str, answers: Iterable[str]) -> str:
    """The message without quotes of a withdrawn text that no answer contains any more."""
    kept = list(answers)

    def shown(quoted: re.Match[str]) -> str:
        is_gone = quoted[1] in withdrawn and not any(quoted[1] in answer for answer in kept)
        return "“…”" if is_gone else quoted[0]

    return re.sub("“([^“”]+)”", shown, message)


def _pieces(clause: str) -> Iterator[str]:
    """Cuts a long clause at conjunctions, and drops those at the beginning."""
    row: list[str] = []
    for word in [*clause.split(" "), ""]:
        is_joint = normalized(word).strip() in conjunctions()
        if (not word or (is_joint and len(clause.split()) >= _LONG)) and row:
            quote = " ".join(row)
            if is_quote(quote, [clause]):
                yield quote
            row = []
        if word and (row or not is_joint):
            row.append(word)


def _telling(quote: str) -> int:
    return len({word for word in normalized(quote).split() if len(word) >= _TELLING_LENGTH})
