from functools import cache
from threading import Lock

from django.conf import settings

from interviews.paige.answers.lexicon import intent_patterns
from interviews.paige.answers.opinion_words import opinion_words
from interviews.paige.guide.guide import Guide, shipped_guide, shipped_guides
from interviews.paige.language.lexicons import languages
from interviews.paige.model.engine import ModelEngine
from interviews.paige.model.provider import Provider
from interviews.paige.objective.instructions import vocabulary
from interviews.paige.objective.topic_labels import labels_of, pieces_of
from interviews.paige.turn.compose import ChoosingEngine
from interviews.paige.turn.rules_engine import RulesEngine

# `functools.cache` does not lock: concurrent first calls would build two providers with separate semaphores.
_creation_lock = Lock()


def preload() -> None:
    """Avoids a wait in the first turn and the first GET of an objective."""
    engine()
    intent_patterns()
    vocabulary()
    for language in languages():
        opinion_words(language)
    for name in shipped_guides():
        Guide.from_data(shipped_guide(name)).topic_names  # noqa: B018
    labels_of([pieces_of("")])


def engine(*, is_test: bool = False) -> ChoosingEngine:
    """`is_test`: in a test room, where no model is asked."""
    return (None if is_test else model_engine()) or RulesEngine()


def model_engine() -> ModelEngine | None:
    if not (settings.PAIGE_BASE_URL and settings.PAIGE_MODEL):
        return None
    with _creation_lock:
        return _model_engine(
            settings.PAIGE_BASE_URL,
            settings.PAIGE_MODEL,
            settings.PAIGE_API_KEY,
            settings.PAIGE_TIMEOUT,
            settings.PAIGE_CONCURRENCY,
        )


@cache
def _model_engine(base_url: str, model: str, api_key: str, timeout: float, concurrency: int) -> ModelEngine:
    return ModelEngine(Provider(base_url, model, api_key, concurrency), timeout=timeout)
