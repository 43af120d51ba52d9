"""Pages without an interview use the browser's preferred language."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils import translation

from interviews.models import InterviewRequest
from interviews.services.state import language_of


@contextmanager
def browser_language(request: HttpRequest) -> Iterator[None]:
    """Restores the thread's language at the end, also after `use_language_of()`."""
    with translation.override(translation.get_language()):
        _use(request, translation.get_language_from_request(request))
        yield


def use_language_of(interview_request: InterviewRequest, request: HttpRequest) -> None:
    _use(request, language_of(interview_request))


def _use(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language  # for error pages, which are rendered later
