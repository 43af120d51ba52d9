"""The learned reader: one encoder, one file of weights. tools/reader trains it."""

import os
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from interviews.paige.guide.guide import Guide
from interviews.paige.reading.passages import VENDOR, Names, Word, clauses_of, marked, words_of
from interviews.paige.reading.word_pieces import BEGINNING, END, WordPieces

WEIGHTS = Path(__file__).with_name("weights") / "reader.npz"
READER_VERSION = "1-e1d531623ec5"
"""A worker reads again what another version has read. The first number is increased when a change of the code changes
readings. The rest is the beginning of the SHA-256 of the weights.
"""

MAX_PIECES = 150
"""Of a text that is encoded at once, as in training."""
MAX_PIECES_OF_A_TOPIC, MAX_PIECES_OF_A_QUESTION = 48, 30
REMEMBERED_GUIDES = 64
THE_VENDOR = "the vendor"

NEITHER, ASKED, AVOIDED = range(3)


class ObjectiveScores(NamedTuple):
    """`topics`: for each, the probabilities of NEITHER, ASKED and AVOIDED. `clauses`: the first and the last word of
    each. `of_clauses`: for each clause and topic, the log odds of ASKED and AVOIDED. `named`: for each word, the
    probability that it belongs to a subject.
    """

    topics: list[list[float]]
    clauses: list[tuple[int, int]]
    of_clauses: list[list[list[float]]]
    named: list[float]


class ClauseScores(NamedTuple):
    """`first`, `last`: the words of the clause. The others are probabilities, in the order of readings.py, after that
    of none. `told`: for each topic.
    """

    first: int
    last: int
    speaks: list[float]
    kind: list[float]
    about: list[float]
    act: list[float]
    decisive: float
    told: list[float]


class Reader:
    """Imports numpy when it is first used: most commands do not need it."""

    def __init__(self) -> None:
        # One thread for each text. Other requests use the other CPUs.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        import numpy as np

        from interviews.paige.reading.encoder import Dense, TextEncoder, softmax
        from interviews.paige.reading.heads import ClauseHead, TopicHead

        with np.load(WEIGHTS) as file:
            data = dict(file)
        self.np, self.softmax = np, softmax
        self.pieces = WordPieces(bytes(data["pieces"]).decode().split("\n"), data["scores"].tolist())
        self.encoder = TextEncoder(data)
        self.objective, self.told = TopicHead(data, "objective"), TopicHead(data, "told")
        self.subject, self.end, self.clause = Dense(data, "subject"), Dense(data, "end"), ClauseHead(data)

    def words(self, text: str, names: Names) -> list[Word]:
        return [*words_of(text, self.pieces.indexes, names)]

    def vectors(self, texts: Sequence[str]) -> Any:
        """One for each text."""
        pieces = [[piece for word in self.words(text, {}) for piece in word.pieces] for text in texts]
        bounded = [[BEGINNING, *each[:MAX_PIECES_OF_A_TOPIC], END] for each in pieces]
        return self.np.stack([rows.mean(axis=0) for rows in self.encoder.rows(bounded)])

    def objective_scores(self, words: Sequence[Word], topics: Any) -> ObjectiveScores:
        """`words`: at most MAX_PIECES pieces. A topic counts as much as in all clauses together."""
        np = self.np
        (rows,) = self.encoder.rows([[BEGINNING, *(piece for word in words for piece in word.pieces), END]])
        starts = np.cumsum([1, *(len(word.pieces) for word in words)])
        whole, clauses, found = rows.mean(axis=0), clauses_of(words), []
        for first, last in clauses:
            own = rows[starts[first] : starts[last + 1]]
            scores = self.objective(own, topics, own.mean(axis=0), whole)
            found.append(scores[:, 1:] - scores[:, :1])
        pooled = np.logaddexp.reduce(found, axis=0)
        shares = self.softmax(np.concatenate([np.zeros((len(pooled), 1), np.float32), pooled], axis=1))
        named = self.softmax(self.subject(rows[starts[:-1]]))[:, 1]
        return ObjectiveScores(shares.tolist(), clauses, [each.tolist() for each in found], named.tolist())

    def answer_scores(self, question: Sequence[int], words: Sequence[Word], topics: Any) -> list[ClauseScores]:
        """`question`: its pieces. `words`: at most MAX_PIECES pieces with it."""
        np, before = self.np, [BEGINNING, *question, END]
        (rows,) = self.encoder.rows([[*before, *(piece for word in words for piece in word.pieces), END]])
        ends = np.cumsum([len(word.pieces) for word in words]) + len(before) - 1
        joints = np.concatenate([rows[ends[:-1]], rows[ends[:-1] + 1]], axis=1)
        cuts = np.flatnonzero(self.end(joints)[:, 0] > 0) if len(words) > 1 else []
        whole = rows.mean(axis=0)
        found, first, start = [], 0, len(before)
        for last in [*map(int, cuts), len(words) - 1]:
            own = rows[start : ends[last] + 1]
            speaks, kind, about, act, decisive = self.clause(own, whole)
            told = _sigmoid(np, self.told(own, topics, own.mean(axis=0))[:, 0])
            speaks, kind, about, act = (self.softmax(each).tolist() for each in (speaks, kind, about, act))
            share = float(_sigmoid(np, decisive[0]))
            found.append(ClauseScores(first, last, speaks, kind, about, act, share, told.tolist()))
            first, start = last + 1, ends[last] + 1
        return found


def _sigmoid(np: Any, scores: Any) -> Any:
    return 1 / (1 + np.exp(-scores))


reader = cache(Reader)


def topic_vectors(guide: Guide, names: Names) -> Any:
    """`names`: with that of the vendor, for which training has other words."""
    vendors = {"{vendor}": THE_VENDOR} | {name: THE_VENDOR for name, marker in names.items() if marker == VENDOR}
    return _topic_vectors(tuple(marked(topic.described, vendors)[0] for topic in guide.topics))


@lru_cache(maxsize=REMEMBERED_GUIDES)
def _topic_vectors(texts: tuple[str, ...]) -> Any:
    return reader().vectors(texts)
