import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from hindsight.limits.memory import Memory
from interviews.paige.objective.thresholds import MAX_PIECES, REMEMBERED_TEXTS
from interviews.paige.reading.passages import with_one_number
from interviews.paige.reading.word_pieces import BEGINNING, END, WordPieces

WEIGHTS = Path(__file__).with_name("weights") / "encoder.npz"


class Probabilities(NamedTuple):
    """`peak`: the part of the text before the piece that tells the most of the topic."""

    neither: float
    asked: float
    avoided: float
    peak: float = 0


Labels = Mapping[str, Probabilities]  # by key of the topic

remembered: Memory[tuple[int, ...], Labels] = Memory(REMEMBERED_TEXTS)


def pieces_of(text: str) -> list[int]:
    return [*_model().pieces.indexes(with_one_number(text))]


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

        from interviews.paige.reading.encoder import TextEncoder, softmax

        with np.load(WEIGHTS) as file:
            data = dict(file)
        self.pieces = WordPieces(bytes(data["pieces"]).decode().split("\n"), data["scores"].tolist())
        self.encoder, self.softmax = TextEncoder(data), softmax
        self.topics = bytes(data["topics"]).decode().split("\n")
        self.queries, weights, bias = (data[f"topic.{name}"].astype(np.float32) for name in ("query", "weight", "bias"))
        self.weights = weights.reshape(len(self.topics), -1, self.queries.shape[1])
        self.bias = bias.reshape(len(self.topics), -1)

    def labels_of(self, texts: Sequence[Sequence[int]]) -> list[Labels]:
        bounded = [[BEGINNING, *text[:MAX_PIECES], END] for text in texts]
        return [self._labels(rows) for rows in self.encoder.rows(bounded)]

    def _labels(self, rows: Any) -> Labels:
        """Each topic has its own attention: Mullenbach et al., 2018, https://arxiv.org/abs/1802.05695."""
        attention = self.softmax(self.queries @ rows.T)
        shares = self.softmax((self.weights @ (attention @ rows)[..., None])[..., 0] + self.bias).tolist()
        peaks = (attention.argmax(axis=1) / len(rows)).tolist()
        return {topic: Probabilities._make([*shares[i], peaks[i]]) for i, topic in enumerate(self.topics)}


_model = cache(_Model)
