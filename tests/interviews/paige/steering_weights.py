"""Learns the weights of the classifiers in interviews/paige/steering_weights from steering_examples/*.tsv.

Run it with `make steering-weights`. It takes about a minute. The same examples give the same weights.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from math import exp, sqrt
from pathlib import Path

from interviews.paige.text_classifiers import STEERING_WEIGHTS, UNIT, features_of, new_words
from interviews.paige.words import normalized

EXAMPLES = Path(__file__).with_name("steering_examples")

EPOCHS = 60
LEARNING_RATE = 0.15
# The strength of L2 regularization. More of it makes probabilities more cautious.
PENALTIES = {"topics": 5, "avoidances": 0.3}
MIN_WEIGHT = 15
"""Features whose weights are all smaller than this, in hundredths, are left out."""

Example = tuple[str, list[str]]


def examples(name: str) -> list[Example]:
    """Label and words of each, normalized like the words of an objective."""
    lines = (EXAMPLES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(label, [word for word in normalized(text).split() if word != "?"]) for label, text in rows]


def features_in(words: Sequence[str]) -> list[str]:
    return [feature for pair, word in new_words(words) for feature in (*features_of(word), pair)]


def learned(rows: Sequence[Example], penalty: float) -> tuple[list[str], list[float], dict[str, list[float]]]:
    """Labels, bias and weights, by stochastic gradient descent with AdaGrad."""
    labels = sorted({label for label, _ in rows})
    inputs = [(labels.index(label), features_in(words)) for label, words in rows]
    counts = Counter(chain.from_iterable(features for _, features in inputs))
    bias, bias_squares = [0.0] * len(labels), [1e-6] * len(labels)
    weights = {feature: [0.0] * len(labels) for feature in counts}
    squares = {feature: [1e-6] * len(labels) for feature in counts}
    shuffle = random.Random(0).shuffle
    for _ in range(EPOCHS):
        shuffle(inputs)
        for right, features in inputs:
            known = [weights[feature] for feature in features]
            totals = [sum(column) for column in zip(bias, *known, strict=True)]
            powers = [exp(total - max(totals)) for total in totals]
            errors = [power / sum(powers) - (index == right) for index, power in enumerate(powers)]
            _step(bias, bias_squares, errors, 0)
            for feature, row in zip(features, known, strict=True):
                _step(row, squares[feature], errors, penalty / counts[feature])
    return labels, bias, weights


def _step(row: list[float], squares: list[float], errors: Sequence[float], decay: float) -> None:
    for index, error in enumerate(errors):
        gradient = error + decay * row[index]
        squares[index] += gradient * gradient
        row[index] -= LEARNING_RATE * gradient / sqrt(squares[index])


def write(name: str) -> None:
    labels, bias, weights = learned(examples(name), PENALTIES[name])
    rounded = {feature: [round(weight * UNIT) for weight in row] for feature, row in sorted(weights.items())}
    kept = {feature: row for feature, row in rounded.items() if max(map(abs, row)) >= MIN_WEIGHT}
    rows = ",\n".join(
        f"{json.dumps(feature)}: {json.dumps(row, separators=(',', ':'))}" for feature, row in kept.items()
    )
    head = f'"labels": {json.dumps(labels)},\n"bias": {json.dumps([round(each * UNIT) for each in bias])}'
    text = f'{{\n{head},\n"weights": {{\n{rows}\n}}\n}}\n'
    (STEERING_WEIGHTS / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for each in PENALTIES:
        write(each)
