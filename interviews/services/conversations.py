from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from interviews.lifecycle import Stage
from interviews.models import Conversation, InterviewRequest


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
