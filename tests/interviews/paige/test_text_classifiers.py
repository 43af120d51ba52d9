"""How likely a classifier finds each label, and by which words."""

import pytest

from interviews.paige.text_classifiers import Classifier, classifier, features_of
from tests.interviews.paige.steering_weights import PENALTIES, examples, learned

FRUIT = Classifier(("fruit", "tool"), (0, 0), {"=apple": [100, -100], "appl*": [50, -50], "saw blade": [-200, 200]})


def test_probabilities_follow_the_weights_of_words_stems_and_pairs() -> None:
    assert FRUIT.read(["apple"]).shares["fruit"] == pytest.approx(1 / (1 + 2.718281828**-3))
    assert FRUIT.read(["apples"]).shares["fruit"] > 0.7
    assert FRUIT.read(["saw", "blade"]).shares["tool"] > 0.9
    assert FRUIT.read(["blade", "saw"]).shares == {"fruit": 0.5, "tool": 0.5}


def test_a_repeated_word_counts_once() -> None:
    assert FRUIT.read(["apple", "the", "apple"]).shares == FRUIT.read(["apple"]).shares


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
    rows = [("fruit", ["red", "apple"]), ("tool", ["red", "saw"]), ("fruit", ["pear"]), ("tool", ["saws"])]
    labels, bias, weights = learned(rows, 0.1)
    rounded = {feature: [round(100 * weight) for weight in row] for feature, row in weights.items()}
    found = Classifier(tuple(labels), tuple(round(100 * each) for each in bias), rounded)
    assert all(found.read(words).shares[label] > 0.7 for label, words in rows)


@pytest.mark.parametrize("name", PENALTIES)
def test_the_stored_weights_fit_the_examples(name: str) -> None:
    rows, found = examples(name)[::10], classifier(name)
    readings = [found.read(words).shares for _, words in rows]
    right = [max(shares, key=shares.__getitem__) == label for (label, _), shares in zip(rows, readings, strict=True)]
    assert sum(right) >= 0.85 * len(right)
