"""The encoder of BERT, in numpy: Devlin et al., 2018, https://arxiv.org/abs/1810.04805."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Weights = Mapping[str, NDArray[Any]]

HEADS = 12
BLOCK = 32  # weights with the same scale
EPSILON = 1e-12


class TextEncoder:
    """The names of a layer's arrays begin with its number: `0.query`, `0.query.bias`, and so on."""

    def __init__(self, data: Weights) -> None:
        self.words, self.scales = data["word"], data["word.scale"]
        self.places = data["place"].astype(np.float32)
        self.norm = _norm(data, "norm")
        self.layers = [_Layer(data, f"{number}.") for number in range(int(data["layers"]))]

    def rows(self, texts: Sequence[Sequence[int]]) -> list[Matrix]:
        """One row for each piece. Together, texts take less time than one after the other."""
        pieces = [piece for text in texts for piece in text]
        rows = scaled(self.words[pieces], self.scales[pieces])
        rows = _normalized(rows + np.concatenate([self.places[: len(text)] for text in texts]), *self.norm)
        starts = np.cumsum([0, *map(len, texts)])
        spans = [slice(start, end) for start, end in pairwise(starts.tolist())]
        for layer in self.layers:
            rows = layer(rows, spans)
        return [rows[span] for span in spans]


class Dense:
    """Weights with scales are rounded, others exact."""

    def __init__(self, data: Weights, name: str) -> None:
        matrix = scaled(data[name], data[f"{name}.scale"]) if f"{name}.scale" in data else data[name]
        self.matrix = np.ascontiguousarray(matrix.T)
        self.bias = data[f"{name}.bias"].astype(np.float32)

    def __call__(self, rows: Matrix) -> Matrix:
        return np.asarray(rows @ self.matrix + self.bias)


class _Layer:
    def __init__(self, data: Weights, prefix: str) -> None:
        names = ("query", "key", "value", "mix", "widen", "narrow")
        self.query, self.key, self.value, self.mix, self.widen, self.narrow = (
            Dense(data, f"{prefix}{name}") for name in names
        )
        self.norms = _norm(data, f"{prefix}norm.0"), _norm(data, f"{prefix}norm.1")

    def __call__(self, rows: Matrix, spans: Sequence[slice]) -> Matrix:
        """`spans`: the rows of each text. A piece attends to those of its text."""
        query, key, value = (dense(rows) for dense in (self.query, self.key, self.value))
        found = np.concatenate([attended(query[span], key[span], value[span], HEADS) for span in spans])
        rows = _normalized(rows + self.mix(found), *self.norms[0])
        return _normalized(rows + self.narrow(gelu(self.widen(rows))), *self.norms[1])


def attended(queries: Matrix, keys: Matrix, values: Matrix, heads: int) -> Matrix:
    """A row for each query."""
    query, key, value = (rows.reshape(len(rows), heads, -1).transpose(1, 0, 2) for rows in (queries, keys, values))
    attention = softmax(query @ key.transpose(0, 2, 1) / np.float32(sqrt(query.shape[2])))
    return np.asarray((attention @ value).transpose(1, 0, 2).reshape(queries.shape))


def scaled(numbers: NDArray[np.generic], scales: NDArray[np.generic]) -> Matrix:
    blocks = numbers.astype(np.float32).reshape(*scales.shape, BLOCK)
    return np.asarray((blocks * scales.astype(np.float32)[..., np.newaxis]).reshape(numbers.shape))


def _norm(data: Weights, name: str) -> tuple[Matrix, Matrix]:
    return data[f"{name}.weight"].astype(np.float32), data[f"{name}.bias"].astype(np.float32)


def _normalized(rows: Matrix, weight: Matrix, bias: Matrix) -> Matrix:
    centered = rows - rows.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered * centered).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    return np.asarray(centered / deviation * weight + bias, np.float32)


def softmax(rows: Matrix) -> Matrix:
    powers = np.exp(rows - rows.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def gelu(rows: Matrix) -> Matrix:
    """The hyperbolic tangent replaces the error function, as in training."""
    inner = np.float32(sqrt(2 / pi)) * rows * (1 + np.float32(0.044715) * rows * rows)
    return np.asarray(rows / 2 * (1 + np.tanh(inner)))
