"""Reads the clauses of an answer: what each states about the purchase, and what else the contact does in it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from interviews.lifecycle import Direction
from interviews.paige.guide.guide import Guide
from interviews.paige.language import switch_requests
from interviews.paige.reading import thresholds
from interviews.paige.reading.model import MAX_PIECES, MAX_PIECES_OF_A_QUESTION, ClauseScores, reader, topic_vectors
from interviews.paige.reading.must_hear import heard
from interviews.paige.reading.passages import Names, Word, windows
from interviews.paige.reading.readings import (
    MAX_TOPICS,
    QUESTIONS,
    WISHES,
    About,
    Act,
    AnswerReading,
    Clause,
    StatementKind,
)

MAX_READ_PIECES = 2_000
"""The text after them is not read. Limits the time to about 1 s."""
REMEMBERED_ANSWERS = 512


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
    share, act, certainty = max(scores.act[1:]), _surest([*Act], scores.act), 1 - scores.kind[0]
    if share < _least(act, is_beside=is_beside):
        act = None
    if certainty < thresholds.STATES or (act and certainty < share):
        return Clause(text[start:end], start, act, certainty=certainty)
    told = sorted(zip(scores.told, keys, strict=True), reverse=True)
    return Clause(
        text[start:end],
        start,
        act,
        _surest([*StatementKind], scores.kind),
        tuple(key for share, key in told[:MAX_TOPICS] if share >= thresholds.TOLD),
        _surest((Direction.FOR, Direction.AGAINST), scores.speaks, thresholds.SPEAKS),
        (None, *About)[scores.about.index(max(scores.about))],
        scores.decisive >= thresholds.DECISIVE,
        certainty,
    )


def _least(act: Act, *, is_beside: bool) -> float:
    if act in WISHES or act is Act.WANTS_LANGUAGE:
        return thresholds.WISH
    return thresholds.ACT_BESIDE if is_beside and act not in QUESTIONS else thresholds.ACT


def _surest(values: Sequence[Any], shares: Sequence[float], least: float = 0.0) -> Any:
    """`shares`: that of None, then those of the values. Returns None if that of the surest value is below `least`."""
    share, number = max(zip(shares[1:], range(len(values)), strict=True))
    return values[number] if share >= least else None
