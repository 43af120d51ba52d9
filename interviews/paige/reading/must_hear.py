"""A second key for what must never be missed: lexicons/<language>/must_hear.json, in words that any person can read.

It reads the text alone, whatever was learned. A wording is heard where something begins: at the beginning of a text,
after a mark or a line break, and after the words of `after`, such as "please". What begins with a quotation mark was
said by others. "*" stands for one to three words. A wording with a full stop is heard only at the end of a sentence,
others also if more words follow. A single word is heard only after a mark. Answers are compared with the lists of all
languages.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.words import unaccented
from interviews.paige.reading.readings import WISHES, Act, Clause

MUST_HEAR = WISHES | {Act.ASKS_ABOUT_AI, Act.ASKS_WHO_READS}
"""What the lists alone hear of the labelled acts. Wordings were chosen with the authors a1 to a16, without a12 and a13,
who were scored once. The authors a21 to a29 came later.

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

_NAME, _AFTER, _FREE, _LAST = "must_hear", "after", "*", "."
_QUOTES, _INNER = '"“„«', ",;:("
_PIECE = re.compile(r"[^\s.,;:!?()\N{HORIZONTAL ELLIPSIS}\N{EN DASH}\N{EM DASH}]+|\S|\n")

Words = tuple[str, ...]


class _Word(NamedTuple):
    """`start`: of its piece. `opens`: after a mark. `begins`: a sentence."""

    plain: str
    start: int
    opens: bool
    begins: bool


class _Lists(NamedTuple):
    """`wordings`: by their first words."""

    wordings: dict[str, list[tuple[Words, Act]]]
    after: frozenset[Words]


def heard(text: str, clauses: Sequence[Clause]) -> Iterator[Clause]:
    """Sets the acts that the lists hear. What they hear after the last clause becomes a clause of its own."""
    end = clauses[-1].end if clauses else 0
    rest = Clause(text[end:], end, certainty=0.0)
    found: dict[int, list[tuple[int, Act]]] = defaultdict(list)
    starts = [*(clause.start for clause in clauses), end][1:]
    for start, act in heard_in(text):
        found[bisect_right(starts, start)].append((start, act))
    for index, clause in enumerate(clauses):
        yield from _with_acts(clause, found[index])
    if len(clauses) in found:
        yield from _with_acts(rest, found[len(clauses)])


def heard_in(text: str) -> Iterator[tuple[int, Act]]:
    """The places where wordings begin, with their acts."""
    words, lists = list(_words(text)), _lists()
    longest = max(map(len, lists.after))
    for at, word in enumerate(words):
        wordings = lists.wordings.get(word.plain, [])
        if wordings and not word.opens:
            is_after = _ends_with(words[max(0, at - longest) : at], lists.after)
            wordings = [each for each in wordings if is_after and not _is_single(each[0])]
        if act := next((act for wording, act in wordings if _follows(words, at, wording)), None):
            yield word.start, act


def _with_acts(clause: Clause, found: Iterable[tuple[int, Act]]) -> Iterator[Clause]:
    """A clause has one act, so that it is cut where another one that must be heard begins."""
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


def _ends_with(words: Sequence[_Word], after: frozenset[Words]) -> bool:
    plain = tuple(word.plain for word in words)
    return any(plain[start:] in after for start in range(len(plain)))


@cache
def _lists() -> _Lists:
    loaded = [lexicon(_NAME, language) for language in languages_with(_NAME)]
    wordings: dict[str, list[tuple[Words, Act]]] = defaultdict(list)
    for each in loaded:
        for act in sorted(MUST_HEAR):  # a set has another order in each process
            for wording in map(_parts, each[act]):
                wordings[wording[0]].append((wording, act))
    return _Lists(dict(wordings), frozenset(_parts(words) for each in loaded for words in each[_AFTER]))


def _parts(wording: str) -> Words:
    spaced = wording.replace(_LAST, f" {_LAST}").split()
    return tuple(part for each in spaced for part in ([each] if each in (_FREE, _LAST) else unaccented(each).split()))
