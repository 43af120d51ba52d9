import logging
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from hindsight.metrics.instruments import FALLBACKS, WORDINGS
from interviews.lifecycle import Engine

logger = logging.getLogger(__name__)

RECENT_TURNS = 100


class ModelLog:
    """One line for each turn that the model is asked about. Contains no texts."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.waiting = 0
        self.recent: deque[Engine] = deque(maxlen=RECENT_TURNS)

    @contextmanager
    def waiting_turn(self) -> Iterator[None]:
        with self.lock:
            self.waiting += 1
        try:
            yield
        finally:
            with self.lock:
                self.waiting -= 1

    def write(self, engine: Engine, outcomes: Sequence[str], latency_ms: int) -> None:
        """Call it while the turn counts as waiting."""
        if engine == Engine.FALLBACK:
            FALLBACKS.labels(outcomes[-1] if outcomes else "timeout").inc()
        with self.lock:
            self.recent.append(engine)
            fallback_rate = self.recent.count(Engine.FALLBACK) / len(self.recent)
            waiting = self.waiting
        logger.log(
            logging.WARNING if engine == Engine.FALLBACK else logging.INFO,
            "Paige asked the model",
            extra={
                "engine": engine.value,
                "outcome": ", ".join(outcomes),
                "duration_ms": latency_ms,
                "waiting_turns": waiting,
                "fallback_rate": round(fallback_rate, 2),
            },
        )


def log_wording(outcomes: Sequence[str], fallback: str, latency_ms: int) -> None:
    """One line for each message that the model was to word. Contains no texts. `fallback`: empty if it was shown."""
    WORDINGS.labels(fallback or "worded").inc()
    logger.log(
        logging.WARNING if fallback else logging.INFO,
        "Paige asked the model for words",
        extra={"outcome": ", ".join(outcomes), "fallback": fallback, "duration_ms": latency_ms},
    )
