import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from threading import Lock
from typing import Self


class Kind(StrEnum):
    PATCH = "PATCH"
    POST = "POST"


@dataclass
class Write:
    """`text` is unique. The id of a POST is that of its response. `fault`: when it was first sent."""

    kind: Kind
    text: str
    interview_request_id: int | None = None
    fault: str = ""
    is_acknowledged: bool = False


@dataclass
class Phase:
    """Times in seconds of time.monotonic()."""

    fault: str
    started: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    durations: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    failures: Counter[int | str] = field(default_factory=Counter)

    @classmethod
    def total(cls, phases: Sequence["Phase"]) -> Self:
        total = cls("total", phases[0].started, phases[-1].ended)
        for phase in phases:
            total.durations += phase.durations
            total.acknowledged += phase.acknowledged
            total.failures += phase.failures
        return total

    @property
    def sent(self) -> int:
        return len(self.durations)

    def duration(self, quantile: float) -> float:
        return sorted(self.durations)[int(quantile * (self.sent - 1))] if self.durations else 0.0

    @property
    def longest_outage(self) -> float:
        times = [self.started, *sorted(self.acknowledged), self.ended]
        return max(after - before for before, after in pairwise(times))


class Ledger:
    def __init__(self) -> None:
        self.lock = Lock()
        self.writes: list[Write] = []
        self.phases: list[Phase] = []

    def begin(self, fault: str) -> None:
        phase = Phase(fault)
        with self.lock:
            if self.phases:
                self.phases[-1].ended = phase.started
            self.phases.append(phase)

    def end(self) -> None:
        self.phases[-1].ended = time.monotonic()

    def add(self, write: Write) -> None:
        with self.lock:
            write.fault = self.phases[-1].fault
            self.writes.append(write)

    def record_response(self, write: Write, status: int | str, *, started: float) -> None:
        now = time.monotonic()
        with self.lock:
            phase = self.phases[-1]
            phase.durations.append(now - started)
            if write.is_acknowledged:
                phase.acknowledged.append(now)
            else:
                phase.failures[status] += 1
