"""Which engine the settings choose."""

from functools import cache
from threading import Lock

from django.conf import settings

from interviews.paige.interviewer import GuidedInterviewer, Interviewer

# A cache lets two first calls at once make two, which would not know of each other's waiting.
_one_at_a_time = Lock()


def interviewer() -> Interviewer:
    """A model where the settings name one, else the guide. Half-made settings: see interviews.checks."""
    if not (settings.PAIGE_BASE_URL and settings.PAIGE_MODEL):
        return GuidedInterviewer()
    with _one_at_a_time:
        return _model(
            settings.PAIGE_BASE_URL,
            settings.PAIGE_MODEL,
            settings.PAIGE_API_KEY,
            settings.PAIGE_TIMEOUT,
            settings.PAIGE_CONCURRENCY,
        )


@cache
def _model(base_url: str, model: str, api_key: str, timeout: float, at_once: int) -> Interviewer:
    """One a process, since it counts who waits."""
    # Here, because they need requirements-model.txt, which who goes by the guide does not.
    from interviews.paige.model_interviewer import ModelInterviewer
    from interviews.paige.provider import Provider

    return ModelInterviewer(Provider(base_url, model, api_key), timeout=timeout, at_once=at_once)
