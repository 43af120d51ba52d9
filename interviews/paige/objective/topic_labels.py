import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hindsight.limits.memory import Memory
from interviews.paige.objective.thresholds import MAX_PIECES, REMEMBERED_TEXTS
from interviews.paige.objective.word_pieces import BEGINNING, END, WordPieces

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

WEIGHTS = Path(__file__).with_name("weights") / "encoder.npz"


class Probabilities(NamedTuple):
    neither: float
    asked: float
    avoided: float


Labels = Mapping[str, Probabilities]
"""By key of the topic."""

remembered: Memory[tuple[int, ...], Labels] = Memory(REMEMBERED_TEXTS)


def pieces_of(text: str) -> list[int]:
    """Those of "team 7" and "team 12,000" are the same: scripts write texts that differ in numbers."""
    return [*_model().pieces.indexes(_NUMBER.sub("12", text))]


def labels_of(texts: Sequence[Sequence[int]]) -> list[Labels]:
    """Reads at most MAX_PIECES of each text, and remembers the labels."""
    keys = [tuple(text) for text in texts]
    known = {key: labels for key in keys if (labels := remembered.get(key))}
    unread = [*dict.fromkeys(key for key in keys if key not in known)]
    if unread:
        known |= zip(unread, _model().labels_of(unread), strict=True)
    for key in unread:
        remembered.add(key, known[key])
    return [known[key] for key in keys]


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
