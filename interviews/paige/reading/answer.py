"""Reads what the clauses of an answer say: what they state, and what the contact does beside."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from interviews.lifecycle import Direction
from interviews.paige.guide.guide import Guide
from interviews.paige.reading import thresholds
from interviews.paige.reading.model import MAX_PIECES, MAX_PIECES_OF_A_QUESTION, ClauseScores, reader, topic_vectors
from interviews.paige.reading.must_hear import heard
from interviews.paige.reading.passages import Names, Word
from interviews.paige.reading.readings import About, Act, AnswerReading, Clause, StatementKind

MAX_READ_PIECES = 2_000
"""What follows them is not read. Bounds the time: about 1 s."""
MAX_TOPICS = 2
REMEMBERED_ANSWERS = 512

_SPEAKS = (None, Direction.FOR, Direction.AGAINST)
_KINDS = (None, *StatementKind)
_ABOUT = (None, *About)
_ACTS = (None, *Act)


def read_answer(text: str, question: str, guide: Guide, names: Names) -> AnswerReading:
    """`question`: the message that is answered. `names`: of the vendor and its competitors."""
    return _read(text, question, guide, tuple(names.items()))


@lru_cache(maxsize=REMEMBERED_ANSWERS)
def _read(text: str, question: str, guide: Guide, named: tuple[tuple[str, str], ...]) -> AnswerReading:
    names = dict(named)
    asked = [piece for word in reader().words(question, names) for piece in word.pieces][-MAX_PIECES_OF_A_QUESTION:]
    keys, vectors = [topic.key for topic in guide.topics], topic_vectors(guide, names)
    clauses = [
        _clause(text, words, scores, keys)
        for words in _windows(text, names, MAX_PIECES - len(asked))
        for scores in reader().answer_scores(asked, words, vectors)
    ]
    return AnswerReading(tuple(heard(text, clauses)))


def _windows(text: str, names: Names, size: int) -> Iterator[list[Word]]:
    window: list[Word] = []
    read = used = 0
    for word in reader().words(text, names):
        count = min(len(word.pieces), size)
        if used + count > size:
            yield window
            window, used = [], 0
        if (read := read + count) > MAX_READ_PIECES:
            return
        window.append(word)
        used += count
    if window:
        yield window


def _clause(text: str, words: Sequence[Word], scores: ClauseScores, keys: Sequence[str]) -> Clause:
    start, end = words[scores.first].start, words[scores.last].end
    act = _most(_ACTS, scores.act, thresholds.ACT)
    certainty = 1 - scores.kind[0]
    states = certainty >= thresholds.STATES and (act is None or certainty >= scores.act[_ACTS.index(act)])
    if not states:
        return Clause(text[start:end], start, act, certainty=certainty)
    told = sorted(zip(scores.told, keys, strict=True), reverse=True)
    return Clause(
        text[start:end],
        start,
        act,
        _most(_KINDS, [0.0, *scores.kind[1:]], 0.0),
        tuple(key for share, key in told[:MAX_TOPICS] if share >= thresholds.TOLD),
        _most(_SPEAKS, scores.speaks, thresholds.SPEAKS),
        _most(_ABOUT, scores.about, 0.0),
        scores.decisive >= thresholds.DECISIVE,
        certainty,
    )


def _most(values: Sequence[Any], shares: Sequence[float], least: float) -> Any:
    """None unless the largest share of another value than None is at least `least`, and is the largest of all."""
    best = max(range(len(values)), key=lambda i: shares[i] if i else shares[0])
    return values[best] if shares[best] >= least else None
