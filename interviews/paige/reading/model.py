"""The learned reader: the file of weights, its version, what it is given and what it answers."""

import os
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from interviews.paige.guide.guide import Guide
from interviews.paige.reading.passages import VENDOR, Names, marked

if TYPE_CHECKING:
    from interviews.paige.reading.network import Reader

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

ASKED, AVOIDED = 1, 2
"""Indexes of the probabilities of a topic. That of neither comes first."""


class ObjectiveScores(NamedTuple):
    """`topics`: for each, the probabilities of neither, ASKED and AVOIDED. `clauses`: the first and the last word of
    each. `of_clauses`: for each clause and topic, the log odds of ASKED and AVOIDED. `named`: for each word, the
    probability that it belongs to a subject.
    """

    topics: list[list[float]]
    clauses: list[tuple[int, int]]
    of_clauses: list[list[list[float]]]
    named: list[float]


class ClauseScores(NamedTuple):
    """`first`, `last`: the words of the clause. The others are probabilities: first that of None, then those of the
    values in the order of readings.py. `told`: for each topic.
    """

    first: int
    last: int
    speaks: list[float]
    kind: list[float]
    about: list[float]
    act: list[float]
    decisive: float
    told: list[float]


@cache
def reader() -> "Reader":
    # One thread for each text, because other requests use the other CPUs. numpy reads this when it is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imported lazily: most commands do not need numpy.
    from interviews.paige.reading.network import Reader

    return Reader()


def topic_vectors(guide: Guide, names: Names) -> Any:
    """`names`: with that of the vendor, which is replaced as in training."""
    vendors = {"{vendor}": THE_VENDOR} | {name: THE_VENDOR for name, marker in names.items() if marker == VENDOR}
    return _topic_vectors(tuple(marked(topic.described, vendors)[0] for topic in guide.topics))


@lru_cache(maxsize=REMEMBERED_GUIDES)
def _topic_vectors(texts: tuple[str, ...]) -> Any:
    return reader().vectors(texts)
