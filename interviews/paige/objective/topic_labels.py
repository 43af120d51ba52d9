import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from interviews.paige.objective.thresholds import MAX_PIECES
from interviews.paige.objective.word_pieces import BEGINNING, END, WordPieces

WEIGHTS = Path(__file__).with_name("weights") / "encoder.npz"


class Probabilities(NamedTuple):
    neither: float
    asked: float
    avoided: float


Labels = Mapping[str, Probabilities]
"""By key of the topic."""


def pieces_of(text: str) -> list[int]:
    return [*_model().pieces.indexes(text)]


def labels_of(texts: Sequence[Sequence[int]]) -> list[Labels]:
    """Reads at most MAX_PIECES of each text."""
    return _model().labels_of(texts) if texts else []


class _Model:
    """Imports numpy when it is first used: most commands do not need it."""

    def __init__(self) -> None:
        # One thread for each text. Other requests use the other CPUs.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        import numpy as np

        from interviews.paige.objective.encoder import TextEncoder, softmax

        with np.load(WEIGHTS) as file:
            data = dict(file)
        self.pieces = WordPieces(bytes(data["pieces"]).decode().split("\n"), data["scores"].tolist())
        self.encoder, self.softmax = TextEncoder(data), softmax
        self.topics = bytes(data["topics"]).decode().split("\n")
        self.weights, self.bias = (data[f"topic.{name}"].astype(np.float32) for name in ("weight", "bias"))

    def labels_of(self, texts: Sequence[Sequence[int]]) -> list[Labels]:
        vectors = self.encoder.vectors([[BEGINNING, *text[:MAX_PIECES], END] for text in texts])
        shares = self.softmax((vectors @ self.weights.T + self.bias).reshape(len(texts), len(self.topics), -1))
        return [
            dict(zip(self.topics, (Probabilities(*each) for each in rows), strict=True)) for rows in shares.tolist()
        ]


_model = cache(_Model)
