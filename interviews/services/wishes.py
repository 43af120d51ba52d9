"""Each service is idempotent."""

from django.db import transaction
from django.utils import timezone

from interviews.lifecycle import DeclineReason, Flag, Progress, Rating, Stage
from interviews.models import InterviewRequest, Wish
from interviews.services.conversations import create_conversation, language_values, locked_conversation
from interviews.services.readings import queue_readings
from interviews.services.state import stage_of
from interviews.services.transitions import change_flags
from interviews.services.withdrawal import delete_unsent
from interviews.text import clean_comment
from orgs.actors import Actor
from orgs.audit import overwrite_values


@transaction.atomic
def decline_interview(
    interview_request: InterviewRequest,
    *,
    reason: DeclineReason | None = None,
    comment: str | None = None,
    language: str = "",
) -> None:
    """Ends the interview before or after consent, and deletes the answers. A completed interview does not change.

    None keeps the stored reason or comment. `language`: in which the contact has read the invitation, if another one.
    Raises ValidationError, and InterviewRequest.DoesNotExist if the survey link was replaced.
    """
    given = {"decline_reason": reason, "decline_comment": None if comment is None else clean_comment(comment)}
    values = {name: value for name, value in given.items() if value is not None}
    now = timezone.now()
    related = InterviewRequest.objects.select_related("interview_type", "conversation")
    row = related.get(pk=interview_request.pk, survey_token=interview_request.survey_token)
    if stage_of(row) == Stage.COMPLETED:
        return
    chosen = language_values(row, language)
    is_new = create_conversation(row, stage=Stage.DECLINED, declined_at=now, **values, **chosen)
    with locked_conversation(row) as conversation:
        is_changed = is_new or any(getattr(conversation, name) != value for name, value in values.items())
        if conversation.may_transition_to(Stage.DECLINED):
            conversation.transition_to(Stage.DECLINED, declined_at=now, finished_at=None, **values)
        elif conversation.stage == Stage.DECLINED and is_changed:
            conversation.touch(**values)
        if conversation.stage == Stage.DECLINED:
            delete_unsent([row.pk])
            change_flags(row, raised={Flag.DECLINED}, reason_changed=is_changed, progress=Progress.DECLINED)


def withdraw_decline(interview_request: InterviewRequest) -> None:
    """The interview begins again, with the invitation."""
    with locked_conversation(interview_request) as conversation:
        if conversation.stage == Stage.DECLINED:
            interview_request.turns.all().delete()
            conversation.delete()
        change_flags(interview_request, withdrawn={Flag.DECLINED}, progress=Progress.NOT_STARTED)
        queue_readings(interview_request.pk)  # the guide is again that of the interview type


@transaction.atomic
def assign_wish(*, org_id: int, wish_id: int, owner: str, actor: Actor) -> Wish:
    """`owner`: a staff login, or "". Raises Wish.DoesNotExist."""
    wish: Wish = Wish.objects.for_org(org_id).select_for_update().get(pk=wish_id)
    overwrite_values(wish, {"owner": owner}, actor=actor)
    return wish


@transaction.atomic
def finish_wish(*, org_id: int, wish_id: int, is_done: bool = True, actor: Actor) -> Wish:
    """Whoever finishes a wish that nobody owns, owns it. Raises Wish.DoesNotExist."""
    wish: Wish = Wish.objects.for_org(org_id).select_for_update().get(pk=wish_id)
    done_at = (wish.done_at or timezone.now()) if is_done else None
    overwrite_values(wish, {"done_at": done_at, "owner": wish.owner or actor.name}, actor=actor)
    return wish


@transaction.atomic
def request_deletion(interview_request: InterviewRequest) -> None:
    """The org and support decide and erase."""
    change_flags(interview_request, raised={Flag.WANTS_DELETION})


def rate_interview(interview_request: InterviewRequest, *, rating: Rating) -> None:
    """Replaces an earlier rating. Changes nothing unless the interview is completed."""
    with locked_conversation(interview_request) as conversation:
        if conversation.stage == Stage.COMPLETED and conversation.rating != rating:
            conversation.touch(rating=rating)
            InterviewRequest.objects.filter(pk=interview_request.pk).update()  # a new version, because GET shows it
