from functools import cache
from threading import Lock

from django.conf import settings

from interviews.paige.interviewer import GuidedInterviewer, Interviewer

# `functools.cache` does not lock: concurrent first calls would build two engines with separate semaphores.
_creation_lock = Lock()


def interviewer() -> Interviewer:
    if not (settings.PAIGE_BASE_URL and settings.PAIGE_MODEL):
        return GuidedInterviewer()
    with _creation_lock:
        return _model_interviewer(
            settings.PAIGE_BASE_URL,
            settings.PAIGE_MODEL,
            settings.PAIGE_API_KEY,
            settings.PAIGE_TIMEOUT,
            settings.PAIGE_CONCURRENCY,
        )


@cache
def _model_interviewer(base_url: str, model: str, api_key: str, timeout: float, concurrency: int) -> Interviewer:
    # Imported lazily: requires requirements-model.txt.
    from interviews.paige.model_interviewer import ModelInterviewer
    from interviews.paige.provider import Provider

    return ModelInterviewer(Provider(base_url, model, api_key), timeout=timeout, concurrency=concurrency)
