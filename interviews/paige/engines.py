from functools import cache
from threading import Lock

from django.conf import settings

from hindsight.http.outgoing import Slots
from interviews.paige.guide.guide import Guide, shipped_guide, shipped_guides
from interviews.paige.language.lexicons import languages
from interviews.paige.model.engine import ModelEngine, ModelWriter
from interviews.paige.model.provider import Provider
from interviews.paige.reading.objective import read_objective
from interviews.paige.servers import ModelServer, choosing_server, wording_server
from interviews.paige.turn.compose import ChoosingEngine
from interviews.paige.turn.rules_engine import RulesEngine
from interviews.paige.wording.words import wording_words

# `functools.cache` does not lock: concurrent first calls would build two engines with separate semaphores.
_creation_lock = Lock()


def preload() -> None:
    """Avoids a wait in the first answer and the first turn."""
    engine()
    for language in languages():
        wording_words(language)
    for name in shipped_guides():
        read_objective("", Guide.from_data(shipped_guide(name)))


def engine(*, is_test: bool = False) -> ChoosingEngine:
    """`is_test`: in a test room, where no model is asked."""
    return (None if is_test else model_engine()) or RulesEngine()


def model_engine() -> ModelEngine | None:
    return _configured()[0]


def writer(*, is_test: bool = False) -> ModelWriter | None:
    return None if is_test else _configured()[1]


def _configured() -> tuple[ModelEngine | None, ModelWriter | None]:
    with _creation_lock:
        return _engines(choosing_server(), wording_server(), settings.PAIGE_TIMEOUT, settings.PAIGE_CONCURRENCY)


@cache
def _engines(
    choosing: ModelServer | None, wording: ModelServer | None, timeout: float, concurrency: int
) -> tuple[ModelEngine | None, ModelWriter | None]:
    """Both share the slots, because a turn makes one call at a time."""
    slots = Slots(concurrency)
    providers = {
        server: Provider(server.base_url, server.model, server.api_key, slots=slots)
        for server in (choosing, wording)
        if server
    }
    return (
        ModelEngine(providers[choosing], timeout=timeout) if choosing else None,
        ModelWriter(providers[wording], timeout=timeout) if wording else None,
    )
