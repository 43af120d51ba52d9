"""The labelled objectives of objectives.tsv are consistent with the guide."""

from collections import Counter
from pathlib import Path

import pytest

from interviews.paige.guide import Guide, shipped_guide

FILE = Path(__file__).with_name("objectives.tsv")
ROWS = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def test_there_are_200_objectives_in_four_languages() -> None:
    assert len(ROWS) >= 200
    assert set(Counter(row[0] for row in ROWS)) == {"en", "de", "fr", "es"}
    assert len({row[3] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("column", [1, 2])
def test_labels_are_topics_of_the_guide(column: int) -> None:
    keys = {topic.key for topic in Guide.from_data(shipped_guide("win_loss_buyer")).topics}
    labels = {label.rstrip("?") for row in ROWS for label in row[column].split(",") if label}
    assert labels <= keys
