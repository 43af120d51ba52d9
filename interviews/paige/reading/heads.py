"""The learned steps after the encoder. Their arrays have a row for each piece of a text."""

import numpy as np

from interviews.paige.reading.encoder import Dense, Matrix, Weights, attended, gelu

HEADS_OF_TOPICS = 6


class TopicHead:
    """Compares each topic with a text, and with what the other topics have in common with it.

    Topics attend to the pieces of the text: Mullenbach et al., 2018, https://arxiv.org/abs/1802.05695, with vectors of
    texts instead of learned ones.
    """

    def __init__(self, weights: Weights, name: str) -> None:
        self.query, self.key, self.first, self.second, self.near = (
            Dense(weights, f"{name}.{part}") for part in ("query", "key", "first", "second", "near")
        )

    def __call__(self, rows: Matrix, topics: Matrix, own: Matrix, *around: Matrix) -> Matrix:
        """`rows`: of a clause. `topics`: a vector each. `own`, `around`: vectors of the clause and of its text. Returns
        scores of each topic.
        """
        found = attended(self.query(topics), self.key(rows), rows, HEADS_OF_TOPICS)
        everything = [np.broadcast_to(each, topics.shape) for each in (own, *around)]
        compared = np.concatenate([found, topics, found * topics, *everything], axis=1)
        return np.asarray(self.second(gelu(self.first(compared))) + self.near(_nearness(found, topics, own)))


def _nearness(found: Matrix, topics: Matrix, whole: Matrix) -> Matrix:
    """For each topic, the cosines with what it found and with the text, and their distances from the best other one."""
    near = np.stack([_cosines(found, topics), _cosines(whole, topics)], axis=1) * np.float32(10)
    ordered = np.sort(near, axis=0)
    best, second = ordered[-1], ordered[-min(2, len(near))]
    return np.concatenate([near, near - np.where(near >= best, second, best)], axis=1)


def _cosines(rows: Matrix, topics: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=-1) * np.linalg.norm(topics, axis=-1)
    return np.asarray((rows * topics).sum(axis=-1) / lengths)


class ClauseHead:
    """Scores of a clause: SIZES of them for each question."""

    SIZES = (3, 6, 5, 15, 1)

    def __init__(self, weights: Weights) -> None:
        self.first, self.second = Dense(weights, "clause"), Dense(weights, "clause.out")

    def __call__(self, rows: Matrix, whole: Matrix) -> list[Matrix]:
        """`rows`: those of the clause. `whole`: the vector of the answer and its question."""
        joined = np.concatenate([rows.mean(axis=0), rows.max(axis=0), whole])
        scores = self.second(gelu(self.first(joined)))
        return np.split(scores, np.cumsum(self.SIZES)[:-1])
