"""Pages without an interview use the browser's preferred language."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from interviews.models import InterviewRequest
from interviews.paige.language.lexicons import Phrase, languages, wording
from interviews.services.languages import is_offered
from interviews.services.state import language_of


@contextmanager
def browser_language(request: HttpRequest) -> Iterator[None]:
    """Restores the thread's language at the end, also after `use_language_of()`."""
    with translation.override(translation.get_language()):
        _use(request, translation.get_language_from_request(request))
        yield


def use_language_of(interview_request: InterviewRequest, request: HttpRequest) -> None:
    _use(request, language_of(interview_request))


def offered_language(request: HttpRequest, interview_request: InterviewRequest) -> str:
    """Another language that the browser prefers, if the contact may switch to it; or ""."""
    current = language_of(interview_request)
    others = [language for language in _preferred(request) if language != current]
    return next((language for language in others if is_offered(interview_request, language)), "")


def switch_request(language: str) -> str:
    return wording(Phrase("switch_request"), language)


def _preferred(request: HttpRequest) -> list[str]:
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    codes = [code.partition("-")[0] for code, _ in accepted]
    return [code for code in dict.fromkeys(codes) if code in languages()]


def _use(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language  # for error pages, which are rendered later
