"""Hears acts that must never be missed by lists of wordings: lexicons/<language>/must_hear.json. Weights do not matter.

A wording is heard at the beginning of a text, after a mark or a line break, and after the words of `after`, such as
"please". It is not heard after a quotation mark, because others said that. "*" stands for one to three words. A wording
with a full stop is heard only at the end of a sentence, others also if more words follow. A single word is heard only
after a mark. Answers are compared with the lists of all languages.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from interviews.paige.language import languages_with, lexicon, unaccented
from interviews.paige.reading.readings import WISHES, Act, Clause

MUST_HEAR = WISHES | {Act.ASKS_ABOUT_AI, Act.ASKS_WHO_READS}
"""How many of the labelled acts the lists alone hear. Wordings were chosen with the authors a1 to a16, without a12 and
a13, who were scored once. The authors a21 to a29 came later.

    act              a1 to a16   a12, a13   a21 to a29
    wants_deletion    31 of 80    3 of 10     21 of 68
    wants_stop       51 of 102    4 of 13     20 of 70
    asks_bot          43 of 92    5 of 18    22 of 103
    asks_who_reads    42 of 86    2 of 17    26 of 110
    wants_person      17 of 73    0 of 12     10 of 59

Answers without these acts that are misread: 0 of 2,713, 0 of 403 and 9 of 4,417; of the authors a17 to a20, 5 of 1,422.
All these authors sought rare wordings. 228 common wordings in six languages were also used to choose: 210 are heard.
"""
MAX_FREE_WORDS = 3

_FREE, _LAST = "*", "."
_QUOTES, _INNER = '"“„«', ",;:("
_PIECE = re.compile(r"[^\s.,;:!?()\N{HORIZONTAL ELLIPSIS}\N{EN DASH}\N{EM DASH}]+|\S|\n")

Words = tuple[str, ...]


class _Word(NamedTuple):
    """`start`: of its piece. `opens`: whether it follows a mark. `begins`: whether it begins a sentence."""

    plain: str
    start: int
    opens: bool
    begins: bool


def heard(text: str, clauses: Sequence[Clause]) -> Iterator[Clause]:
    """Sets the acts that the lists hear. The text after the last clause becomes a clause if an act is heard there."""
    end = clauses[-1].end if clauses else 0
    parts = [*clauses, Clause(text[end:], end, certainty=0.0)]
    starts = [part.start for part in parts][1:]
    found: dict[int, list[tuple[int, Act]]] = defaultdict(list)
    for start, act in heard_in(text):
        found[bisect_right(starts, start)].append((start, act))
    for index, part in enumerate(parts):
        if index < len(clauses) or found[index]:
            yield from _with_acts(part, found[index])


def heard_in(text: str) -> Iterator[tuple[int, Act]]:
    """Yields the offsets at which wordings begin, with their acts."""
    words, (by_first_word, after) = list(_words(text)), _lists()
    longest = max(map(len, after))
    for at, word in enumerate(words):
        wordings = by_first_word.get(word.plain, [])
        if wordings and not word.opens:
            before = tuple(each.plain for each in words[max(0, at - longest) : at])
            is_after = any(before[start:] in after for start in range(len(before)))
            wordings = [each for each in wordings if is_after and not _is_single(each[0])]
        if act := next((act for wording, act in wordings if _follows(words, at, wording)), None):
            yield word.start, act


def _with_acts(clause: Clause, found: Iterable[tuple[int, Act]]) -> Iterator[Clause]:
    """A clause has one act: cuts it where another act begins, if both must be heard."""
    for start, act in found:
        length = start - clause.start
        if act != clause.act and clause.act in MUST_HEAR and length > 0:
            yield replace(clause, text=clause.text[:length].rstrip())
            clause = replace(clause, text=clause.text[length:], start=start)
        clause = replace(clause, act=act)
    yield clause


def _words(text: str) -> Iterator[_Word]:
    opens = begins = True
    for piece in _PIECE.finditer(text):
        plain = unaccented(piece[0]).replace("?", "").split()
        for word in plain:
            yield _Word(word, piece.start(), opens and piece[0][0] not in _QUOTES, begins)
            opens = begins = False
        if not plain:
            opens, begins = True, begins or piece[0] not in _INNER


def _follows(words: Sequence[_Word], at: int, wording: Words) -> bool:
    if not wording:
        return True
    first, rest = wording[0], wording[1:]
    if first == _LAST:
        return at == len(words) or words[at].begins
    if first == _FREE:
        return any(_follows(words, end, rest) for end in range(at + 1, min(at + MAX_FREE_WORDS, len(words)) + 1))
    return at < len(words) and words[at].plain == first and _follows(words, at + 1, rest)


def _is_single(wording: Words) -> bool:
    return wording[1:] in ((), (_LAST,))


@cache
def _lists() -> tuple[dict[str, list[tuple[Words, Act]]], frozenset[Words]]:
    """The wordings of all languages by their first words, and those of `after`."""
    loaded = [lexicon("must_hear", language) for language in languages_with("must_hear")]
    wordings: dict[str, list[tuple[Words, Act]]] = defaultdict(list)
    for each in loaded:
        for act in sorted(MUST_HEAR):  # a set has another order in each process
            for wording in map(_parts, each[act]):
                wordings[wording[0]].append((wording, act))
    return dict(wordings), frozenset(_parts(words) for each in loaded for words in each["after"])


def _parts(wording: str) -> Words:
    spaced = wording.replace(_LAST, f" {_LAST}").split()
    return tuple(part for each in spaced for part in ([each] if each in (_FREE, _LAST) else unaccented(each).split()))
