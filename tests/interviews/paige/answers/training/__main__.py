"""Learns which words tell a statement from small talk, and writes lexicons/*/relevance.json.

Run it with `make relevance`. The examples are sentences.tsv, and the sheets of scripted buyers for tuning and of
respondents. AdaGrad: Duchi et al., 2011, https://jmlr.org/papers/v12/duchi11a.html.
"""

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

from interviews.paige.answers.relevance import MIN_WORDS, Relevance, features
from interviews.paige.language.lexicons import LEXICONS
from tests.labelled_rows import labelled_rows

SENTENCES = Path(__file__).parents[1] / "sentences.tsv"
QUALITY = Path(__file__).parents[4] / "quality"
LANGUAGES = "en", "de"
STATEMENT, TALK = "statement", "talk"
EPOCHS, RATE, DECAY = 15, 0.1, 1e-4
MIN_EXAMPLES = 2
"""Rarer features are left out."""
SCALE = 16
PARTS = 5
LOST, LOST_IF_DOUBTFUL = 0.04, 0.08
"""The share of unseen statements below the limits."""

_GAP = re.compile(r"(?<=[.!?])\s+")


class Example(NamedTuple):
    text: str
    is_statement: bool


def examples() -> dict[str, list[Example]]:
    """By language."""
    found = defaultdict[str, list[Example]](list)
    for language, kind, text in (*labelled_rows(SENTENCES), *_of_buyers(), *_of_respondents()):
        if len(text.split()) >= MIN_WORDS:
            found[language].append(Example(text, kind == STATEMENT))
    return {language: found[language] for language in LANGUAGES}


def _of_buyers() -> Iterator[tuple[str, str, str]]:
    for buyer in _sheets("buyers"):
        texts = {STATEMENT: [fact["text"] for fact in buyer["facts"]], TALK: [*buyer["asides"], *buyer["nothing"]]}
        yield from _parts(buyer["language"], texts)


def _of_respondents() -> Iterator[tuple[str, str, str]]:
    """Their answers without labels. Those after all others have nothing to tell."""
    for respondent in _sheets("respondents"):
        for topic, texts in respondent["answers"].items():
            kind = TALK if topic == "otherwise" else STATEMENT
            yield from _parts(respondent.get("language", "en"), {kind: [text for text in texts if "|" not in text]})


def _sheets(folder: str) -> Iterator[dict[str, Any]]:
    for file in sorted((QUALITY / folder).glob("*.toml")):
        yield tomllib.loads(file.read_text(encoding="utf-8"))


def _parts(language: str, texts: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    for kind, found in texts.items():
        yield from ((language, kind, part) for text in found for part in _GAP.split(text))


def learned(given: Sequence[Example]) -> Relevance:
    """The rarer kind counts as much as the other one."""
    found = [features(each.text) for each in given]
    counts = Counter(feature for each in found for feature in each)
    numbers = {feature: i for i, feature in enumerate(each for each in counts if counts[each] >= MIN_EXAMPLES)}
    rows = [np.array([numbers[feature] for feature in sorted(each) if feature in numbers], int) for each in found]
    weights, squares, bias = np.zeros(len(numbers)), np.full(len(numbers), 1e-6), 0.0
    share = sum(each.is_statement for each in given) / len(given)
    for number in _order(len(given)):
        row, is_statement, length = rows[number], given[number].is_statement, sqrt(len(found[number]))
        probability = 1 / (1 + np.exp(-(weights[row].sum() / length + bias)))
        error = (probability - is_statement) / (2 * (share if is_statement else 1 - share))
        gradient = error / length + DECAY * weights[row]
        squares[row] += gradient**2
        weights[row] -= RATE * gradient / np.sqrt(squares[row])
        bias -= RATE / 10 * error / length
    rounded = {feature: round(float(weights[i]) * SCALE) for feature, i in numbers.items()}
    return Relevance(round(bias, 3), 0, 0, {feature: weight for feature, weight in rounded.items() if weight}, SCALE)


def _order(size: int) -> Iterator[int]:
    random = Random(0)
    for _ in range(EPOCHS):
        yield from random.sample(range(size), size)


def limits(given: Sequence[Example]) -> list[float]:
    """From the log-odds of statements that the weights were not learned from."""
    odds = list[float]()
    for part in range(PARTS):
        model = learned([each for i, each in enumerate(given) if i % PARTS != part])
        odds += [model.log_odds(each.text) for each in given[part::PARTS] if each.is_statement]
    return [round(float(np.quantile(odds, share)), 2) for share in (LOST, LOST_IF_DOUBTFUL)]


def main() -> None:
    for language, given in examples().items():
        model, (least, doubtful) = learned(given), limits(given)
        by_weight = defaultdict(list)
        for feature, weight in sorted(model.weights.items()):
            by_weight[weight].append(feature)
        lines = [f'"{weight}": {json.dumps(found, ensure_ascii=False)}' for weight, found in sorted(by_weight.items())]
        fields = f'"bias": {model.bias}, "least": {least}, "doubtful": {doubtful}, "scale": {SCALE}'
        rows = ",\n".join(lines)
        text = f'{{\n{fields}, "weights": {{\n{rows}\n}}}}\n'
        (LEXICONS / language / "relevance.json").write_text(text, encoding="utf-8")
        print(language, len(given), "examples,", len(model.weights), "weights, limits", least, doubtful)


main()
