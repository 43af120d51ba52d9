"""Pages without an interview use the browser's preferred language."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils import translation

from interviews.models import InterviewRequest
from interviews.paige.language.lexicons import Phrase, wording
from interviews.services.languages import offered_languages as languages_to_switch_to
from interviews.services.state import language_of


@contextmanager
def browser_language(request: HttpRequest) -> Iterator[None]:
    """Restores the thread's language at the end, also after `use_language_of()`."""
    with translation.override(translation.get_language()):
        _use(request, translation.get_language_from_request(request))
        yield


def use_language_of(interview_request: InterviewRequest, request: HttpRequest) -> None:
    _use(request, language_of(interview_request))


def offered_languages(interview_request: InterviewRequest) -> dict[str, str]:
    """The other languages that the contact may switch to, with the words of the wish."""
    return {language: switch_request(language) for language in languages_to_switch_to(interview_request)}


def switch_request(language: str) -> str:
    return wording(Phrase("switch_request"), language)


def _use(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language  # for error pages, which are rendered later
