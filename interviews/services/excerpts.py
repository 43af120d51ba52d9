import re
from collections.abc import Sequence
from itertools import pairwise

from hindsight.db.full_text import Span

EXCERPT_LENGTH = 240

_WORDS_BETWEEN = re.compile(r"\w")


def excerpt_around(text: str, matches: Sequence[Span]) -> Span:
    """The text around its longest match, from space to space. Without matches, its beginning."""
    longest = max(matches, key=lambda span: span.end - span.start, default=Span(0, 0))
    start = max(0, (longest.start + longest.end - EXCERPT_LENGTH) // 2)
    end = min(len(text), max(start + EXCERPT_LENGTH, longest.end))
    start = max(0, min(start, end - EXCERPT_LENGTH))
    return trimmed(text, Span(_next_space(text, start, longest.start), _last_space(text, end, longest.end)))


def joined(text: str, matches: Sequence[Span]) -> list[Span]:
    """Adjacent words, as in a phrase, are one match."""
    spans: list[Span] = []
    for match in matches:
        if spans and not _WORDS_BETWEEN.search(text, spans[-1].end, match.start):
            spans[-1] = Span(spans[-1].start, match.end)
        else:
            spans.append(match)
    return spans


def parts_of(excerpt: Span, matches: Sequence[Span]) -> list[Span]:
    """The matches, which are in the excerpt, and what is between them."""
    ends = [excerpt.start, *(end for match in matches for end in match), excerpt.end]
    return [Span(start, end) for start, end in pairwise(ends) if start < end]


def trimmed(text: str, span: Span) -> Span:
    part = text[span.start : span.end]
    start = span.start + len(part) - len(part.lstrip())
    return Span(start, max(start, span.start + len(part.rstrip())))


def _next_space(text: str, start: int, before: int) -> int:
    space = re.compile(r"\s").search(text, start, before) if start else None
    return space.end() if space else start


def _last_space(text: str, end: int, after: int) -> int:
    spaces = [found.start() for found in re.compile(r"\s").finditer(text, after, end)] if end < len(text) else []
    return spaces[-1] if spaces else end
