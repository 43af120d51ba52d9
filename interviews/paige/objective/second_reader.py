"""Reads an objective as a whole. Optional: PAIGE_SECOND_READER.

Training: docs/decisions/0040-a-second-reader-of-objectives.md.
"""

import os
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from django.conf import settings

from interviews.paige.objective.text_classifiers import WEIGHTS_FOLDER, softmax
from interviews.paige.objective.word_pieces import BEGINNING, END, WordPieces

if TYPE_CHECKING:
    import numpy as np

    from interviews.paige.objective.text_encoder import TextEncoder

WEIGHTS = WEIGHTS_FOLDER / "second_reader.npz"

MAX_PIECES = 160
"""Longer texts are not read: there were none in training, and the time is bounded."""
REMEMBERED_TEXTS = 1024


@dataclass(frozen=True)
class Shares:
    neither: float
    asked: float
    avoided: float


@dataclass(frozen=True)
class _Reader:
    pieces: WordPieces
    encoder: "TextEncoder"
    topics: tuple[str, ...]
    weights: "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
    bias: "np.ndarray[tuple[int], np.dtype[np.float32]]"


def is_enabled() -> bool:
    return bool(settings.PAIGE_SECOND_READER)


@lru_cache(maxsize=REMEMBERED_TEXTS)
def shares_of_topics(text: str) -> dict[str, Shares] | None:
    """By key of the topic. None if the text is too long."""
    reader = _reader()
    pieces = list(islice(reader.pieces.indexes(text), MAX_PIECES + 1))
    if len(pieces) > MAX_PIECES:
        return None
    vector = reader.encoder.vector([BEGINNING, *pieces, END])
    totals = (reader.weights @ vector + reader.bias).reshape(len(reader.topics), -1).tolist()
    return {topic: Shares(*softmax(each)) for topic, each in zip(reader.topics, totals, strict=True)}


@cache
def _reader() -> _Reader:
    # One thread for each text. Other requests use the other CPUs.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy as np

    from interviews.paige.objective.text_encoder import TextEncoder

    with np.load(WEIGHTS) as file:
        data = dict(file)
    pieces = bytes(data["pieces"]).decode().split("\n")
    return _Reader(
        WordPieces(pieces, data["scores"].tolist()),
        TextEncoder(data),
        tuple(bytes(data["topics"]).decode().split("\n")),
        data["topic.weight"].astype(np.float32),
        data["topic.bias"].astype(np.float32),
    )
