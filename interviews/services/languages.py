"""The contact may switch to a language in which exactly one interview type of the org has the same topics."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from interviews.models import Conversation, InterviewRequest, InterviewType
from interviews.paige.dialogue import wanted_language
from interviews.paige.guide.guide import GuideError, Outline, outline_of_version
from interviews.paige.language import language_of as language_of_words
from interviews.paige.language import languages, languages_with
from interviews.paige.reading.readings import AnswerReading
from interviews.paige.turn.brief import guide_of
from interviews.services.state import language_of


def translations_of(interview_type: InterviewType) -> dict[str, InterviewType]:
    """By language. Of several types that fit, none: nobody has said which one is meant."""
    try:
        return _translations(_outline_of(interview_type), _others(interview_type))
    except GuideError:
        return {}


def _translations(outline: Outline, others: Iterable[InterviewType]) -> dict[str, InterviewType]:
    found = defaultdict(list)
    for other in others:
        if (language := _language_of_translation(outline, other)) in languages():
            found[language].append(other)
    return {language: others[0] for language, others in found.items() if len(others) == 1}


def _others(interview_type: InterviewType) -> QuerySet[InterviewType]:
    of_org = InterviewType.objects.for_org(interview_type.org_id)
    return of_org.filter(archived_at=None).exclude(pk=interview_type.pk)


def _translations_offered(interview_request: InterviewRequest, outline: Outline) -> dict[str, InterviewType]:
    """A process remembers the outlines, so that a page of an interview loads no guides for it."""
    return _translations(outline, _others(interview_request.interview_type).defer("guide"))


def _language_of_translation(outline: Outline, other: InterviewType) -> str:
    try:
        found = _outline_of(other)
    except GuideError:
        return ""
    is_translation = found.is_translation_of(outline) and written_in(found.questions, found.language) == found.language
    return found.language if is_translation else ""


def written_in(questions: Iterable[str], declared: str) -> str:
    """The language of the most function words. The declared one if that is in doubt, or not known."""
    is_known = declared in languages_with("languages")
    return language_of_words(" ".join(questions), declared) if is_known else declared


def _outline_of(interview_type: InterviewType) -> Outline:
    return outline_of_version(interview_type.pk, interview_type.guide_version, lambda: interview_type.guide)


def offered_languages(interview_request: InterviewRequest) -> list[str]:
    """Other than the current one. Also the first one, after a switch."""
    outline = Outline.of(guide_of(interview_request))
    offered = {outline.language, *_translations_offered(interview_request, outline)}
    return sorted(offered - {language_of(interview_request)})


def guide_in(interview_request: InterviewRequest, language: str) -> InterviewType | None:
    """The interview type whose guide a conversation in another language copies. None if that is not offered."""
    outline = Outline.of(guide_of(interview_request))
    return _translations_offered(interview_request, outline).get(language)


def language_values(interview_request: InterviewRequest, language: str) -> dict[str, Any]:
    """Empty if the language is not offered as another one."""
    other = guide_in(interview_request, language) if language else None
    return {"language": language, "translation": other.guide} if other else {}


def switch_language(interview_request: InterviewRequest, conversation: Conversation, reading: AnswerReading) -> None:
    """Requires the lock of the conversation."""
    language = wanted_language(reading)
    if language is None:
        return
    guide = guide_of(interview_request)
    if language == (conversation.language or guide.language):
        return
    if language == guide.language:
        conversation.touch(language=language)
    elif translation := guide_in(interview_request, language):
        conversation.touch(language=language, translation=translation.guide)
