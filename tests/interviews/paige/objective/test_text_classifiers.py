"""How likely a classifier finds each label, and by which words."""

import pytest

from interviews.paige.objective.text_classifiers import CLASSIFIERS, VECTOR_UNIT, Classifier, classifier, features_of
from tests.interviews.paige.objective.steering_weights import Example, examples, learned

WEIGHTS = {"=apple": [100, -100], "appl*": [50, -50], "saw blade": [-200, 200], "~1": [300, -300], "sweet": [90, -90]}
FRUIT = Classifier(("fruit", "tool"), (0, 0), WEIGHTS, {"pear": [0, VECTOR_UNIT]})


def test_probabilities_follow_the_weights_of_words_stems_and_pairs() -> None:
    assert FRUIT.read(["apple"]).shares["fruit"] == pytest.approx(1 / (1 + 2.718281828**-3))
    assert FRUIT.read(["apples"]).shares["fruit"] > 0.7
    assert FRUIT.read(["saw", "blade"]).shares["tool"] > 0.9
    assert FRUIT.read(["blade", "saw"]).shares == {"fruit": 0.5, "tool": 0.5}


def test_a_repeated_word_counts_once() -> None:
    assert FRUIT.read(["apple", "the", "apple"]).shares == FRUIT.read(["apple"]).shares


def test_a_word_without_weights_counts_by_its_vector() -> None:
    assert FRUIT.read(["pear"]).shares["fruit"] > 0.99
    assert FRUIT.read(["a", "pear"]).span("fruit") == (1, 2)


def test_other_features_count_too() -> None:
    assert FRUIT.read(["blade"], ["sweet", "unknown"]).shares["fruit"] > 0.8


def test_the_words_that_decide_are_known() -> None:
    assert FRUIT.read(["an", "apple", "a", "day"]).span("fruit") == (1, 2)
    assert FRUIT.read(["a", "saw", "blade"]).span("tool") == (2, 3)


@pytest.mark.parametrize("words", [[], ["unknown"], ["x" * 100_000]])
def test_without_known_words_only_the_bias_counts(words: list[str]) -> None:
    reading = FRUIT.read(words)
    assert reading.shares == {"fruit": 0.5, "tool": 0.5}
    assert reading.span("fruit") == (0, len(words))


def test_features_are_the_word_its_stems_and_its_parts() -> None:
    assert features_of("cost") == ("=cost", "cost*")
    assert {"=lizenzkosten", "lizen*", "*koste*"} <= {*features_of("lizenzkosten")}
    assert "kost*" in features_of("kostenrahmen")


def test_weights_are_learned_from_examples() -> None:
    rows = [
        Example("fruit", ["red", "apple"]),
        Example("tool", ["red", "saw"], ["sign ask"]),
        Example("fruit", ["pear"]),
        Example("tool", ["saws"], ["sign ask"]),
    ]
    vectors = {"pear": [VECTOR_UNIT], "plum": [VECTOR_UNIT]}
    labels, bias, weights = learned(rows, 0.1, vectors)
    rounded = {feature: [round(100 * weight) for weight in row] for feature, row in weights.items()}
    found = Classifier(tuple(labels), tuple(round(100 * each) for each in bias), rounded, vectors)
    assert all(found.read(row.words, row.others).shares[row.label] > 0.7 for row in rows)
    assert found.read(["plum"]).shares["fruit"] > 0.5
    assert found.read([], ["sign ask"]).shares["tool"] > 0.5


def test_features_of_few_examples_are_left_out() -> None:
    rows = [Example("fruit", ["ripe", "plum"]), Example("fruit", ["ripe", "fig"]), Example("tool", ["saw"])]
    _, _, weights = learned(rows, 0.1, {}, min_count=2)
    assert "=ripe" in weights
    assert "=plum" not in weights


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_stored_weights_fit_the_examples(name: str) -> None:
    rows, found = examples(name)[::10], classifier(name)
    readings = [found.read(row.words, row.others).shares for row in rows]
    right = [max(each, key=each.__getitem__) == row.label for row, each in zip(rows, readings, strict=True)]
    assert sum(right) >= 0.85 * len(right)
