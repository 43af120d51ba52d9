"""Reads the clauses of an answer: what each states about the purchase, and what else the contact does in it.

Acts that must never be missed are also heard by lists of wordings, lexicons/<language>/must_hear.json. The weights of
the reader do not matter then. A wording is heard at the beginning of a text, after a mark or a line break, and after
the words of `after`, such as "please". It is not heard after a quotation mark, because others said that. "*" stands for
one to three words. A wording with a full stop is heard only at the end of a sentence, others also if more words follow.
A single word is heard only after a mark. Answers are compared with the lists of all languages.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

from interviews.lifecycle import Direction
from interviews.paige.guide.guide import Guide
from interviews.paige.language import languages_with, lexicon, switch_requests, unaccented
from interviews.paige.reading import thresholds
from interviews.paige.reading.model import (
    MAX_PIECES,
    MAX_PIECES_OF_A_QUESTION,
    ClauseScores,
    Word,
    reader,
    topic_vectors,
    windows,
)
from interviews.paige.reading.readings import (
    LEARNED,
    MAX_TOPICS,
    QUESTIONS,
    WISHES,
    About,
    Act,
    AnswerReading,
    Clause,
    Names,
    StatementKind,
)

MAX_READ_PIECES = 2_000
"""The text after them is not read. Limits the time to about 1 s."""
REMEMBERED_ANSWERS = 512

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


def read_answer(text: str, question: str, guide: Guide, names: Names) -> AnswerReading:
    """`question`: the message that is answered. `names`: of the vendor and its competitors. A line that a button has
    added at the end is a wish for another language.
    """
    written, line_break, last = text.rpartition("\n")
    if last not in switch_requests():
        return _read(text, question, guide, tuple(names.items()))
    clauses = _read(written, question, guide, tuple(names.items())).clauses if written else ()
    return AnswerReading((*clauses, Clause(last, len(written + line_break), Act.WANTS_LANGUAGE, certainty=0.0)))


@lru_cache(maxsize=REMEMBERED_ANSWERS)
def _read(text: str, question: str, guide: Guide, named: tuple[tuple[str, str], ...]) -> AnswerReading:
    names = dict(named)
    asked = [piece for word in reader().words(question, names) for piece in word.pieces][-MAX_PIECES_OF_A_QUESTION:]
    keys, vectors = [topic.key for topic in guide.topics], topic_vectors(guide, names)
    scored = [
        (words, scores)
        for words in windows(text, reader().words(text, names), MAX_PIECES - len(asked), MAX_READ_PIECES)
        for scores in reader().answer_scores(asked, words, vectors)
    ]
    states = any(1 - scores.kind[0] >= thresholds.STATES for _, scores in scored)
    return AnswerReading(tuple(heard(text, [_clause(text, *each, keys, is_beside=states) for each in scored])))


def _clause(text: str, words: Sequence[Word], scores: ClauseScores, keys: Sequence[str], *, is_beside: bool) -> Clause:
    """`is_beside`: whether the answer states something."""
    start, end = words[scores.first].start, words[scores.last].end
    share, act, certainty = max(scores.act[1:]), _surest(LEARNED, scores.act), 1 - scores.kind[0]
    if share < _least(act, is_beside=is_beside):
        act = None
    if certainty < thresholds.STATES or (act and certainty < share):
        return Clause(text[start:end], start, act, certainty=certainty)
    told = sorted(zip(scores.told, keys, strict=True), reverse=True)
    about = (None, *About)[scores.about.index(max(scores.about))]
    return Clause(
        text[start:end],
        start,
        act,
        _surest([*StatementKind], scores.kind),
        tuple(key for share, key in told[:MAX_TOPICS] if share >= thresholds.TOLD),
        _surest((Direction.FOR, Direction.AGAINST), scores.speaks, thresholds.SPEAKS),
        about,
        scores.decisive >= thresholds.DECISIVE,
        certainty,
        about is About.VENDOR and max(scores.speaks[1:]) >= thresholds.SURE_DIRECTION,
        scores.decisive + thresholds.OPINION * sum(scores.speaks[1:]),
    )


def _least(act: Act, *, is_beside: bool) -> float:
    if act in WISHES or act is Act.WANTS_LANGUAGE:
        return thresholds.WISH
    return thresholds.ACT_BESIDE if is_beside and act not in QUESTIONS else thresholds.ACT


def _surest(values: Sequence[Any], shares: Sequence[float], least: float = 0.0) -> Any:
    """`shares`: that of None, then those of the values. Returns None if that of the surest value is below `least`."""
    share, number = max(zip(shares[1:], range(len(values)), strict=True))
    return values[number] if share >= least else None


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
            # A single word is heard only after a mark.
            wordings = [each for each in wordings if is_after and each[0][1:] not in ((), (_LAST,))]
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
