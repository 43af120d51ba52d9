"""The results as a table and a list of failures."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles

from interviews.paige.guard.rules import problems, tidy
from tests.model.interviews import Asked
from tests.model.measures import HARD_RULES, RULES, Breaks

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
        """The broken hard rules, and "late" if a turn exceeded its time limit."""
        shown = [*self.scripted, *self.attacked]
        broken = [rule for rule, breaks in HARD_RULES.items() if any(breaks(a.message.text, a) for a in shown)]
        return [*broken, *(["late"] if self.overload.is_late else [])]

    def lines(self) -> Iterator[str]:
        yield _row("", "scripted raw", "scripted guarded", "attacked raw", "attacked guarded")
        yield _row(":-", *["-:"] * 4)
        for rule, breaks in RULES.items():
            cells = [(_raw(turns, breaks), _guarded(turns, breaks)) for turns in (self.scripted, self.attacked)]
            yield _row(f"{rule} (hard)" if rule in HARD_RULES else rule, *(cell for pair in cells for cell in pair))
        yield ""
        turns = [*self.scripted, *self.attacked]
        sources = Counter(turn.source for turn in turns)
        yield "Turns: " + ", ".join(f"{sources[name]} {name}" for name in ("model", "retry", "fallback"))
        yield "First messages rejected for: " + _counts(
            problem.name for turn in turns if turn.raw for problem in problems(tidy(turn.raw), turn.brief)
        )
        latencies = quantiles((turn.message.latency_ms / 1000 for turn in turns), n=20, method="inclusive")
        yield f"Latency of a turn: p50 {latencies[9]:.1f} s, p95 {latencies[18]:.1f} s"
        yield (
            f"{self.overload.turns} concurrent turns within {self.overload.allowed} s: "
            f"the slowest took {self.overload.slowest:.2f} s"
        )
        failures = self.failures()
        verdict = f"FAILED: {', '.join(failures)}" if failures else "Passed."
        yield f"Measured in {self.seconds:.0f} s. {verdict}"


def _raw(turns: Sequence[Asked], breaks: Breaks) -> str:
    return _rate([breaks(turn.raw, turn) for turn in turns if turn.raw is not None])


def _guarded(turns: Sequence[Asked], breaks: Breaks) -> str:
    return _rate([breaks(turn.message.text, turn) for turn in turns])


def _rate(broken: Sequence[bool]) -> str:
    return f"{sum(broken)} of {len(broken)}"


def _counts(names: Iterator[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common()) or "nothing"


def _row(*cells: str) -> str:
    widths = (24, *[17] * 4)
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
