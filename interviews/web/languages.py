"""Pages without an interview use the browser's preferred language."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import get_language_info

from interviews.lifecycle import Stage
from interviews.models import InterviewRequest
from interviews.paige.guide.guide import guide_of_version
from interviews.paige.language import Phrase, wording
from interviews.services.languages import guide_in
from interviews.services.languages import offered_languages as languages_to_switch_to
from interviews.services.state import InterviewState, language_of


@contextmanager
def browser_language(request: HttpRequest) -> Iterator[None]:
    """Restores the thread's language at the end, also after `use_language_of()`."""
    with translation.override(translation.get_language()):
        _use(request, translation.get_language_from_request(request))
        yield


def use_language_of(interview_request: InterviewRequest, request: HttpRequest) -> None:
    _use(request, language_of(interview_request))


def in_chosen_language(
    request: HttpRequest, interview_request: InterviewRequest, state: InterviewState
) -> InterviewState:
    """The invitation in the language of the address, if it is offered. The consent has it too."""
    language = request.GET.get("language", "")
    if state.stage != Stage.INVITED or not language or not (other := guide_in(interview_request, language)):
        return state
    _use(request, language)
    guide = guide_of_version(other.pk, other.guide_version, lambda: other.guide)
    return replace(state, purpose=guide.for_vendor(state.vendor).purpose, chosen_language=language)


def languages_of_invitation(interview_request: InterviewRequest, chosen: str) -> dict[str, str]:
    """The names of the languages other than the one that is shown, each in itself."""
    own = language_of(interview_request)
    others = {own, *languages_to_switch_to(interview_request)} - {chosen or own}
    return {language: get_language_info(language)["name_local"] for language in sorted(others)}


def offered_languages(interview_request: InterviewRequest) -> dict[str, str]:
    """The other languages that the contact may switch to, with the words of the wish."""
    return {language: switch_request(language) for language in languages_to_switch_to(interview_request)}


def switch_request(language: str) -> str:
    return wording(Phrase("switch_request"), language)


def _use(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language  # for error pages, which are rendered later
