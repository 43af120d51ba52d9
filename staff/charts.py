"""Templates draw the charts as SVG in percent of its size, so that texts keep their size."""

from collections.abc import Sequence
from typing import NamedTuple

# Of the height: space for the labels below the columns, and for the numbers above them.
LABELS, NUMBERS = 14, 10
# Of the width of a column: the space between two.
GAP = 0.3


class Part(NamedTuple):
    """`kind`: the class in the style sheet."""

    kind: str
    y: float
    height: float


class Column(NamedTuple):
    """Positions in percent."""

    label: str
    number: int
    x: float
    width: float
    y: float
    parts: tuple[Part, ...]

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def columns(labels: Sequence[str], stacks: Sequence[dict[str, int]]) -> tuple[Column, ...]:
    """`stacks`: for each label the numbers by kind, the first kind at the bottom."""
    highest = max((sum(stack.values()) for stack in stacks), default=0) or 1
    step = 100 / max(1, len(labels))
    return tuple(
        _column(label, stack, position * step + step * GAP / 2, step * (1 - GAP), (100 - LABELS - NUMBERS) / highest)
        for position, (label, stack) in enumerate(zip(labels, stacks, strict=True))
    )


def _column(label: str, stack: dict[str, int], x: float, width: float, percent_of_one: float) -> Column:
    parts, y = [], 100.0 - LABELS
    for kind, number in stack.items():
        height = number * percent_of_one
        y -= height
        if number:
            parts.append(Part(kind, y, height))
    return Column(label, sum(stack.values()), x, width, y, tuple(parts))
