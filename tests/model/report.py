"""The results as a table and a verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles

from tests.model.interviews import Asked, is_from_model

MIN_VALID = 0.7
"""The share of first replies that have to name a move."""

# Allowed in addition to the time limit, for busy machines.
GRACE_SECONDS = 1.0


@dataclass(frozen=True)
class Overload:
    """Concurrent turns with a very short time limit. Times in seconds."""

    turns: int
    allowed: float
    slowest: float

    @property
    def is_late(self) -> bool:
        return self.slowest > self.allowed + GRACE_SECONDS


@dataclass(frozen=True)
class Measured:
    scripted: Sequence[Asked]
    attacked: Sequence[Asked]
    overload: Overload
    seconds: float

    def failures(self) -> list[str]:
        turns = [*self.scripted, *self.attacked]
        few = sum(turn.is_valid for turn in turns) < MIN_VALID * len(turns)
        return [*(["valid choices"] if few else []), *(["late"] if self.overload.is_late else [])]

    def lines(self) -> Iterator[str]:
        yield _row("", "scripted", "attacked")
        yield _row(":-", "-:", "-:")
        for name, count in (
            ("first reply names a move", lambda turn: turn.is_valid),
            ("move chosen by the model", is_from_model),
            ("same move as the rules", lambda turn: turn.agrees),
        ):
            yield _row(name, *(_rate([count(turn) for turn in turns]) for turns in (self.scripted, self.attacked)))
        yield ""
        turns = [*self.scripted, *self.attacked]
        latencies = quantiles((turn.choice.latency_ms / 1000 for turn in turns), n=20, method="inclusive")
        yield f"Latency of a turn: p50 {latencies[9]:.1f} s, p95 {latencies[18]:.1f} s"
        yield (
            f"{self.overload.turns} concurrent turns within {self.overload.allowed} s: "
            f"the slowest took {self.overload.slowest:.2f} s"
        )
        failures = self.failures()
        verdict = f"FAILED: {', '.join(failures)}" if failures else "Passed."
        yield f"Measured in {self.seconds:.0f} s. {verdict}"


def _rate(values: Sequence[bool | None]) -> str:
    counted = [value for value in values if value is not None]
    return f"{sum(counted)} of {len(counted)}"


def _row(*cells: str) -> str:
    widths = (24, 10, 10)
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
