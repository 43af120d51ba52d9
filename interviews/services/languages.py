"""The contact may switch to a language in which exactly one interview type of the org has the same topics."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from hindsight.text.languages import ENGLISH
from interviews.models import Conversation, InterviewRequest, InterviewType
from interviews.paige.answers.wanted_language import wanted_language
from interviews.paige.guide.guide import Guide, GuideError
from interviews.paige.guide.stored_guides import guide_of, guide_of_version
from interviews.paige.guide.translations import is_translation
from interviews.paige.language.lexicons import languages


def translation_of(interview_type: InterviewType, guide: Guide, language: str) -> InterviewType | None:
    """None also if several types fit: nobody has said which one is meant."""
    in_language = _others(interview_type).filter(language=language).defer("guide")
    return _only_translation(guide, in_language)


def translations_of(interview_type: InterviewType) -> dict[str, InterviewType]:
    """By language."""
    try:
        guide = guide_of_version(interview_type.pk, interview_type.guide_version, lambda: interview_type.guide)
    except GuideError:
        return {}
    others = defaultdict(list)
    for other in _others(interview_type):
        others[other.language].append(other)
    found = {language: _only_translation(guide, of_language) for language, of_language in others.items()}
    return {language: other for language, other in found.items() if other and language in languages()}


def _others(interview_type: InterviewType) -> QuerySet[Any]:
    others = InterviewType.objects.for_org(interview_type.org_id).filter(archived_at=None).exclude(pk=interview_type.pk)
    return others.annotate(language=Coalesce(KT("guide__language"), Value(ENGLISH), output_field=TextField()))


def _only_translation(guide: Guide, others: Iterable[InterviewType]) -> InterviewType | None:
    found = [each for each in others if _is_translation(guide, each)]
    return found[0] if len(found) == 1 else None


def is_offered(interview_request: InterviewRequest, language: str) -> bool:
    """Also the first language, after a switch."""
    guide = guide_of(interview_request)
    return language == guide.language or translation_of(interview_request.interview_type, guide, language) is not None


def switch_language(interview_request: InterviewRequest, conversation: Conversation, answer: str) -> None:
    """If the answer asks for another language, and there is a guide in it. Requires the lock of the conversation."""
    language = wanted_language(answer)
    if language is None:
        return
    guide = guide_of(interview_request)
    if language == (conversation.language or guide.language):
        return
    if language == guide.language:
        conversation.touch(language=language)
    elif translation := translation_of(interview_request.interview_type, guide, language):
        conversation.touch(language=language, translation=translation.guide)


def _is_translation(guide: Guide, interview_type: InterviewType) -> bool:
    try:
        other = guide_of_version(interview_type.pk, interview_type.guide_version, lambda: interview_type.guide)
    except GuideError:
        return False
    return is_translation(guide, other)
