"""The network of the reader, in numpy: an encoder, and heads that score words, clauses and topics.

tools/reader trains it. Arrays have a row for each piece of a text.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interviews.paige.reading.model import (
    BEGINNING,
    END,
    MAX_PIECES_OF_A_TOPIC,
    WEIGHTS,
    ClauseScores,
    ObjectiveScores,
    Word,
    WordPieces,
    clauses_of,
    words_of,
)
from interviews.paige.reading.readings import Names

Matrix = NDArray[np.float32]
Weights = Mapping[str, NDArray[Any]]

HEADS, HEADS_OF_TOPICS = 12, 6
BLOCK = 32
"""So many weights have the same scale."""
EPSILON = 1e-12


class Reader:
    def __init__(self) -> None:
        with np.load(WEIGHTS) as file:
            data = dict(file)
        self.pieces = WordPieces(bytes(data["pieces"]).decode().split("\n"), data["scores"].tolist())
        self.encoder = TextEncoder(data)
        self.objective, self.told = TopicHead(data, "objective"), TopicHead(data, "told")
        self.subject, self.end, self.clause = Dense(data, "subject"), Dense(data, "end"), ClauseHead(data)

    def words(self, text: str, names: Names) -> list[Word]:
        return [*words_of(text, self.pieces.indexes, names)]

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """One for each text."""
        pieces = [[piece for word in self.words(text, {}) for piece in word.pieces] for text in texts]
        bounded = [[BEGINNING, *each[:MAX_PIECES_OF_A_TOPIC], END] for each in pieces]
        return np.stack([rows.mean(axis=0) for rows in self.encoder.rows(bounded)])

    def objective_scores(self, words: Sequence[Word], topics: Matrix) -> ObjectiveScores:
        """`words`: at most MAX_PIECES pieces. The scores of a topic in all clauses are added up."""
        (rows,) = self.encoder.rows([[BEGINNING, *(piece for word in words for piece in word.pieces), END]])
        starts = np.cumsum([1, *(len(word.pieces) for word in words)])
        whole, clauses, found = rows.mean(axis=0), clauses_of(words), []
        for first, last in clauses:
            own = rows[starts[first] : starts[last + 1]]
            scores = self.objective(own, topics, own.mean(axis=0), whole)
            found.append(scores[:, 1:] - scores[:, :1])
        pooled = np.logaddexp.reduce(found, axis=0)
        shares = _softmax(np.concatenate([np.zeros((len(pooled), 1), np.float32), pooled], axis=1))
        named = _softmax(self.subject(rows[starts[:-1]]))[:, 1]
        return ObjectiveScores(shares.tolist(), clauses, [each.tolist() for each in found], named.tolist())

    def answer_scores(self, question: Sequence[int], words: Sequence[Word], topics: Matrix) -> list[ClauseScores]:
        """`question`: its pieces. `words`: at most MAX_PIECES pieces with those of the question."""
        before = [BEGINNING, *question, END]
        (rows,) = self.encoder.rows([[*before, *(piece for word in words for piece in word.pieces), END]])
        ends = np.cumsum([len(word.pieces) for word in words]) + len(before) - 1
        joints = np.concatenate([rows[ends[:-1]], rows[ends[:-1] + 1]], axis=1)
        cuts = np.flatnonzero(self.end(joints)[:, 0] > 0).tolist() if len(words) > 1 else []
        whole = rows.mean(axis=0)
        found, first, start = [], 0, len(before)
        for last in [*cuts, len(words) - 1]:
            own = rows[start : ends[last] + 1]
            *choices, decisive = self.clause(own, whole)
            speaks, kind, about, act = (_softmax(each).tolist() for each in choices)
            told = _sigmoid(self.told(own, topics, own.mean(axis=0))[:, 0]).tolist()
            share = float(_sigmoid(decisive[0]))
            found.append(ClauseScores(first, last, speaks, kind, about, act, share, told))
            first, start = last + 1, ends[last] + 1
        return found


class TextEncoder:
    """The encoder of BERT: Devlin et al., 2018, https://arxiv.org/abs/1810.04805.

    The names of a layer's arrays begin with its number: `0.query`, `0.query.bias`, and so on.
    """

    def __init__(self, data: Weights) -> None:
        self.words, self.scales = data["word"], data["word.scale"]
        self.places = data["place"].astype(np.float32)
        self.norm = _norm(data, "norm")
        self.layers = [_Layer(data, f"{number}.") for number in range(int(data["layers"]))]

    def rows(self, texts: Sequence[Sequence[int]]) -> list[Matrix]:
        """Together, texts take less time than one after the other."""
        pieces = [piece for text in texts for piece in text]
        rows = _scaled(self.words[pieces], self.scales[pieces])
        rows = _normalized(rows + np.concatenate([self.places[: len(text)] for text in texts]), *self.norm)
        starts = np.cumsum([0, *map(len, texts)])
        spans = [slice(start, end) for start, end in pairwise(starts.tolist())]
        for layer in self.layers:
            rows = layer(rows, spans)
        return [rows[span] for span in spans]


class _Layer:
    def __init__(self, data: Weights, prefix: str) -> None:
        names = ("query", "key", "value", "mix", "widen", "narrow")
        self.query, self.key, self.value, self.mix, self.widen, self.narrow = (
            Dense(data, f"{prefix}{name}") for name in names
        )
        self.norms = _norm(data, f"{prefix}norm.0"), _norm(data, f"{prefix}norm.1")

    def __call__(self, rows: Matrix, spans: Sequence[slice]) -> Matrix:
        """`spans`: the rows of each text. A piece attends to the pieces of its text."""
        query, key, value = (dense(rows) for dense in (self.query, self.key, self.value))
        found = np.concatenate([_attended(query[span], key[span], value[span], HEADS) for span in spans])
        rows = _normalized(rows + self.mix(found), *self.norms[0])
        return _normalized(rows + self.narrow(_gelu(self.widen(rows))), *self.norms[1])


class TopicHead:
    """Compares each topic with a text, and with what the other topics have in common with the text.

    Topics attend to the pieces of the text: Mullenbach et al., 2018, https://arxiv.org/abs/1802.05695, with vectors of
    texts instead of learned ones.
    """

    def __init__(self, weights: Weights, name: str) -> None:
        self.query, self.key, self.first, self.second, self.near = (
            Dense(weights, f"{name}.{part}") for part in ("query", "key", "first", "second", "near")
        )

    def __call__(self, rows: Matrix, topics: Matrix, own: Matrix, *around: Matrix) -> Matrix:
        """`rows`: of a clause. `topics`: a vector each. `own`, `around`: vectors of the clause and of its text. Returns
        the scores of each topic.
        """
        found = _attended(self.query(topics), self.key(rows), rows, HEADS_OF_TOPICS)
        everything = [np.broadcast_to(each, topics.shape) for each in (own, *around)]
        compared = np.concatenate([found, topics, found * topics, *everything], axis=1)
        return np.asarray(self.second(_gelu(self.first(compared))) + self.near(_nearness(found, topics, own)))


class ClauseHead:
    """Scores of a clause, in parts of SIZES: speaks, kind, about, act and decisive."""

    SIZES = (3, 6, 5, 15, 1)

    def __init__(self, weights: Weights) -> None:
        self.first, self.second = Dense(weights, "clause"), Dense(weights, "clause.out")

    def __call__(self, rows: Matrix, whole: Matrix) -> list[Matrix]:
        """`rows`: of the clause. `whole`: the vector of the answer and its question."""
        joined = np.concatenate([rows.mean(axis=0), rows.max(axis=0), whole])
        return np.split(self.second(_gelu(self.first(joined))), np.cumsum(self.SIZES)[:-1])


class Dense:
    """Weights with scales are integers, the others are floats."""

    def __init__(self, data: Weights, name: str) -> None:
        matrix = _scaled(data[name], data[f"{name}.scale"]) if f"{name}.scale" in data else data[name]
        self.matrix = np.ascontiguousarray(matrix.T)
        self.bias = data[f"{name}.bias"].astype(np.float32)

    def __call__(self, rows: Matrix) -> Matrix:
        return np.asarray(rows @ self.matrix + self.bias)


def _attended(queries: Matrix, keys: Matrix, values: Matrix, heads: int) -> Matrix:
    """A row for each query."""
    query, key, value = (rows.reshape(len(rows), heads, -1).transpose(1, 0, 2) for rows in (queries, keys, values))
    attention = _softmax(query @ key.transpose(0, 2, 1) / np.float32(sqrt(query.shape[2])))
    return np.asarray((attention @ value).transpose(1, 0, 2).reshape(queries.shape))


def _nearness(found: Matrix, topics: Matrix, whole: Matrix) -> Matrix:
    """For each topic, the cosines with what it found and with the text, and their distances from the best other one."""
    near = np.stack([_cosines(found, topics), _cosines(whole, topics)], axis=1) * np.float32(10)
    ordered = np.sort(near, axis=0)
    best, second = ordered[-1], ordered[-min(2, len(near))]
    return np.concatenate([near, near - np.where(near >= best, second, best)], axis=1)


def _cosines(rows: Matrix, topics: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=-1) * np.linalg.norm(topics, axis=-1)
    return np.asarray((rows * topics).sum(axis=-1) / lengths)


def _scaled(numbers: NDArray[np.generic], scales: NDArray[np.generic]) -> Matrix:
    blocks = numbers.astype(np.float32).reshape(*scales.shape, BLOCK)
    return np.asarray((blocks * scales.astype(np.float32)[..., np.newaxis]).reshape(numbers.shape))


def _norm(data: Weights, name: str) -> tuple[Matrix, Matrix]:
    return data[f"{name}.weight"].astype(np.float32), data[f"{name}.bias"].astype(np.float32)


def _normalized(rows: Matrix, weight: Matrix, bias: Matrix) -> Matrix:
    centered = rows - rows.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered * centered).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    return np.asarray(centered / deviation * weight + bias, np.float32)


def _softmax(rows: Matrix) -> Matrix:
    powers = np.exp(rows - rows.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _sigmoid(scores: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-scores)))


def _gelu(rows: Matrix) -> Matrix:
    """The hyperbolic tangent replaces the error function, as in training."""
    inner = np.float32(sqrt(2 / pi)) * rows * (1 + np.float32(0.044715) * rows * rows)
    return np.asarray(rows / 2 * (1 + np.tanh(inner)))
