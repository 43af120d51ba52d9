from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from interviews.lifecycle import Engine
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.moves import NextMove


@dataclass(frozen=True)
class Choice:
    """`quote`: None if the message needs none, or the best one. Token counts: None if not reported."""

    move: NextMove
    engine: Engine
    quote: str | None = field(default=None, repr=False)
    latency_ms: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class ChoosingEngine(Protocol):
    """Does not raise if its provider fails: the interview continues."""

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        """`moves` is not empty. May be slow: do not call it inside a database transaction."""
        ...
