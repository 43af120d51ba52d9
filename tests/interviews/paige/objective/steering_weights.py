"""Learns the weights of the classifiers in interviews/paige/steering_weights from steering_examples/*.tsv.

Run it with `make steering-weights`. It takes about five minutes. The same examples give the same weights. The vectors
of words stay as they are: docs/decisions/0030-objectives-are-read-by-phrases.md tells where they come from.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import sqrt
from operator import mul
from pathlib import Path

from interviews.paige.language.words import unaccented
from interviews.paige.objective.classified_topics import sign_features
from interviews.paige.objective.instructions import Sign, sentences
from interviews.paige.objective.sign_matches import NEGATIVE, OF_OBJECTIVES, SignMatch, signs_in
from interviews.paige.objective.text_classifiers import (
    CLASSIFIERS,
    UNIT,
    VECTOR,
    WEIGHTS_FOLDER,
    features_of,
    new_words,
    softmax,
    vector_features,
    word_vectors,
)
from tests.labelled_rows import labelled_rows

EXAMPLES = Path(__file__).with_name("steering_examples")

EPOCHS = 30
LEARNING_RATE = 0.15
PENALTY = 1
"""The strength of L2 regularization. More of it makes probabilities more cautious."""
MIN_COUNT, MIN_WEIGHT = 3, 10
"""Features in fewer examples, or whose weights are all smaller than this, in hundredths, are left out."""
PLAIN = 3
"""Every third item of topics.tsv without an avoiding sign is an example of a sentence that avoids nothing."""

Vectors = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Example:
    """`words`: unaccented like the words of an objective. `others`: features that are not words."""

    label: str
    words: Sequence[str]
    others: Sequence[str] = ()


def examples(name: str) -> list[Example]:
    found = [Example(label, _words(text), _others(name, text)) for label, text in _lines(name)]
    if name == "avoidances":
        plain = [text for _, text in _lines("topics")][::PLAIN]
        found += [Example("other", _words(text), _others(name, text)) for text in plain if not _is_signed(text)]
    return found


def _is_signed(text: str) -> bool:
    return any(sign.value[0] in NEGATIVE | {Sign.NOTHING} for sign in _signs(text))


def _lines(name: str) -> list[tuple[str, str]]:
    """Label and text of each example in a file."""
    return [(label, text) for label, text in labelled_rows(EXAMPLES / f"{name}.tsv")]


def _words(text: str) -> list[str]:
    return [word for word in unaccented(text).split() if word != "?"]


def _others(name: str, text: str) -> list[str]:
    return sign_features(_signs(text)) if name == "avoidances" else []


def _signs(text: str) -> list[SignMatch]:
    return [sign for words in sentences(text) for sign in signs_in([word.text for word in words], OF_OBJECTIVES)]


def features_in(example: Example, vectors: Vectors) -> dict[str, float]:
    """Each feature with its number: 1, or for a dimension of the vectors the sum over the words."""
    found = dict.fromkeys(example.others, 1.0)
    for pair, word in new_words(example.words):
        found.update(dict.fromkeys((*features_of(word), pair), 1.0))
        for feature, number in vector_features(vectors.get(word, ())):
            found[feature] = found.get(feature, 0) + number
    return found


def learned(
    rows: Sequence[Example], penalty: float, vectors: Vectors, min_count: int = 1
) -> tuple[list[str], list[float], dict[str, list[float]]]:
    """Labels, bias and weights, by stochastic gradient descent with AdaGrad."""
    labels = sorted({row.label for row in rows})
    inputs = [(labels.index(row.label), features_in(row, vectors)) for row in rows]
    all_counts = Counter(chain.from_iterable(features for _, features in inputs))
    counts = {feature: count for feature, count in all_counts.items() if count >= min_count}
    for _, features in inputs:
        for feature in features.keys() - counts.keys():
            del features[feature]
    bias, bias_squares = [0.0] * len(labels), [1e-6] * len(labels)
    weights = {feature: [0.0] * len(labels) for feature in counts}
    squares = {feature: [1e-6] * len(labels) for feature in counts}
    shuffle = random.Random(0).shuffle
    for _ in range(EPOCHS):
        shuffle(inputs)
        for right, features in inputs:
            numbers = [1.0, *features.values()]
            columns = zip(bias, *(weights[feature] for feature in features), strict=True)
            shares = softmax([sum(map(mul, column, numbers)) for column in columns])
            errors = [share - (index == right) for index, share in enumerate(shares)]
            _step(bias, bias_squares, errors, 0)
            for feature, number in features.items():
                scaled = errors if number == 1 else [error * number for error in errors]
                _step(weights[feature], squares[feature], scaled, penalty / counts[feature])
    return labels, bias, weights


def _step(row: list[float], squares: list[float], errors: Sequence[float], decay: float) -> None:
    for index, error in enumerate(errors):
        gradient = error + decay * row[index]
        squares[index] += gradient * gradient
        row[index] -= LEARNING_RATE * gradient / sqrt(squares[index])


def write(name: str) -> None:
    labels, bias, weights = learned(examples(name), PENALTY, word_vectors(), MIN_COUNT)
    rows = [f"{json.dumps(feature)}: {json.dumps(row, separators=(',', ':'))}" for feature, row in _kept(weights)]
    head = f'"labels": {json.dumps(labels)},\n"bias": {json.dumps([round(each * UNIT) for each in bias])}'
    text = f'{{\n{head},\n"weights": {{\n' + ",\n".join(rows) + "\n}\n}\n"
    (WEIGHTS_FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


def _kept(weights: Mapping[str, Sequence[float]]) -> Iterator[tuple[str, list[int]]]:
    for feature, row in sorted(weights.items()):
        rounded = [round(weight * UNIT) for weight in row]
        if feature.startswith(VECTOR) or max(map(abs, rounded)) >= MIN_WEIGHT:
            yield feature, rounded


if __name__ == "__main__":
    for each in CLASSIFIERS:
        write(each)
