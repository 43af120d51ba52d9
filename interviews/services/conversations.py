"""How a conversation begins, is locked and is abandoned, and its language.

The contact may switch to a language in which exactly one interview type of the org has the same topics.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hindsight.db.keyset import pk_batches
from interviews.lifecycle import Progress, Stage
from interviews.models import Conversation, InterviewRequest, InterviewType
from interviews.models.conversation import UNFINISHED, is_abandoned
from interviews.paige.dialogue import wanted_language
from interviews.paige.guide.guide import GuideError, Outline, outline_of_version
from interviews.paige.language import languages, written_in
from interviews.paige.reading.readings import AnswerReading
from interviews.paige.turn.brief import guide_of
from interviews.services.state import language_of
from interviews.services.transitions import change_progress

BATCH = 2_000


def create_conversation(interview_request: InterviewRequest, **values: Any) -> bool:
    """Copies the guide. Returns False if there is a conversation already."""
    defaults = {
        "org_id": interview_request.org_id,
        "guide": interview_request.interview_type.guide,
        "last_activity_at": timezone.now(),
        **values,
    }
    return Conversation.objects.get_or_create(interview_request_id=interview_request.pk, defaults=defaults)[1]


@contextmanager
def locked_conversation(interview_request: InterviewRequest) -> Iterator[Conversation]:
    """Yields the conversation without its guides, or an unsaved one with stage INVITED if there is none."""
    with transaction.atomic():
        of_org = Conversation.objects.for_org(interview_request.org_id).with_progress()
        conversations = of_org.select_for_update(of=("self",)).defer("guide", "translation")
        yield conversations.filter(pk=interview_request.pk).first() or Conversation(stage=Stage.INVITED)


@contextmanager
def active_conversation(interview_request: InterviewRequest) -> Iterator[Conversation]:
    """`locked_conversation()` for a step after which an abandoned interview goes on."""
    with locked_conversation(interview_request) as conversation:
        yield conversation
        is_running = conversation.stage in UNFINISHED and not conversation.is_abandoned
        if is_running and conversation.progress != Progress.STARTED:
            change_progress(interview_request, Progress.STARTED, "interview.started")


@contextmanager
def question_lease(conversation: Conversation) -> Iterator[bool]:
    """Yields whether to compute Paige's next question: False if another request does, or if `conversation` is outdated.

    The lease ends with the next step that is stored, and with an error. After a kill, it expires.
    """
    now, own = timezone.now(), Conversation.objects.for_org(conversation.org_id).filter(pk=conversation.pk)
    is_free = Q(leased_until=None) | Q(leased_until__lte=now)
    # Each step and each question changes last_activity_at.
    free = own.filter(is_free, last_activity_at=conversation.last_activity_at)
    # A turn takes PAIGE_TIMEOUT and the statements before and after.
    is_leased = bool(free.update(leased_until=now + timedelta(seconds=settings.PAIGE_TIMEOUT + 5)))
    try:
        yield is_leased
    except Exception:
        if is_leased:
            own.update(leased_until=None)
        raise


def mark_abandoned(*, dry_run: bool = False) -> Counter[str]:
    """Returns the number of interview requests by the org's slug. Cancelled ones stay: nobody is to answer them."""
    counts: Counter[str] = Counter()
    for pks in pk_batches(_newly_abandoned(), BATCH):
        for row in _newly_abandoned().filter(pk__in=pks).select_related("org").order_by("pk"):
            counts[row.org.slug] += dry_run or abandon_interview(row)
    return +counts


def abandon_interview(interview_request: InterviewRequest) -> bool:
    """Returns False if the contact has been active meanwhile."""
    with locked_conversation(interview_request):
        row = _newly_abandoned().filter(pk=interview_request.pk).first()
        if row:
            change_progress(row, Progress.ABANDONED, "interview.abandoned")
    return row is not None


def _newly_abandoned() -> QuerySet[InterviewRequest]:
    abandoned = Conversation.objects.filter(is_abandoned()).values("pk")
    return InterviewRequest.objects.filter(pk__in=abandoned, progress=Progress.STARTED, cancelled_at=None)


def translations_of(interview_type: InterviewType) -> dict[str, InterviewType]:
    """By language. Of several types that fit, none: nobody has said which one is meant."""
    outline = _outline_of(interview_type)
    return _translations(outline, interview_type) if outline else {}


def _translations(outline: Outline, interview_type: InterviewType, *deferred: str) -> dict[str, InterviewType]:
    """`deferred`: "guide" for pages of an interview, because a process remembers the outlines."""
    found = defaultdict(list)
    of_org = InterviewType.objects.for_org(interview_type.org_id).filter(archived_at=None)
    for other in of_org.exclude(pk=interview_type.pk).defer(*deferred):
        translated = _outline_of(other)
        if not (translated and translated.is_translation_of(outline) and translated.language in languages()):
            continue
        if written_in(translated.questions, translated.language) == translated.language:
            found[translated.language].append(other)
    return {language: others[0] for language, others in found.items() if len(others) == 1}


def _outline_of(interview_type: InterviewType) -> Outline | None:
    try:
        return outline_of_version(interview_type.pk, interview_type.guide_version, lambda: interview_type.guide)
    except GuideError:
        return None


def offered_languages(interview_request: InterviewRequest) -> list[str]:
    """Other than the current one. Also the first one, after a switch."""
    outline = Outline.of(guide_of(interview_request))
    offered = {outline.language, *_translations(outline, interview_request.interview_type, "guide")}
    return sorted(offered - {language_of(interview_request)})


def guide_in(interview_request: InterviewRequest, language: str) -> InterviewType | None:
    """The interview type whose guide a conversation in another language copies. None if that is not offered."""
    outline = Outline.of(guide_of(interview_request))
    return _translations(outline, interview_request.interview_type, "guide").get(language)


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
