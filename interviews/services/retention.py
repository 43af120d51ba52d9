from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from hindsight.db.keyset import pk_batches
from interviews.lifecycle import Progress, Stage
from interviews.models import Conversation, Driver, InterviewRequest, Transcript, Turn
from interviews.services.drivers import erase_audit
from interviews.services.erasure import delete_contact, erase_contact
from interviews.services.readings import queue_readings
from interviews.services.transitions import change_progress
from jobs.services import withdraw_jobs
from orgs.actors import Actor
from orgs.models import Org
from orgs.services import TEST_ROOM_DAYS
from webhooks.services.deliveries import forget_interview_requests

BATCH = 200


def delete_old_answers(*, actor: Actor, dry_run: bool = False) -> Counter[str]:
    """Deletes transcripts, turns and uncompleted conversations `Org.transcript_days` after their end."""
    counts: Counter[str] = Counter()
    for org, before in _orgs_with("transcript_days"):
        old = _with_old_answers(org, before)
        for ids in pk_batches(old, BATCH):
            counts[org.slug] += len(ids) if dry_run else _delete_answers(old, org, ids, actor)
    return +counts


def erase_inactive_contacts(*, actor: Actor, dry_run: bool = False) -> Counter[str]:
    """Erases contacts after `Org.contact_days` without a change, an interview request or an answer."""
    counts: Counter[str] = Counter()
    for org, before in _orgs_with("contact_days"):
        inactive = _inactive(org, before)
        for ids in pk_batches(inactive, BATCH):
            for contact_id in ids:
                counts[org.slug] += 1 if dry_run else _erase(inactive, org, contact_id, actor)
    return +counts


def delete_test_interviews(*, actor: Actor, dry_run: bool = False) -> Counter[str]:
    """Deletes interview requests of test rooms after TEST_ROOM_DAYS, then contacts without any, and deals."""
    before, counts = timezone.now() - timedelta(days=TEST_ROOM_DAYS), Counter[str]()
    for room in Org.objects.exclude(test_room_of=None).order_by("slug"):
        old = InterviewRequest.objects.for_org(room.pk).filter(created_at__lt=before)
        for ids in pk_batches(old, BATCH):
            counts[room.slug] += len(ids) if dry_run else _delete_requests(room, ids)
        if not dry_run:
            _delete_unused(room, before, actor)
    return +counts


def _orgs_with(days: str) -> list[tuple[Org, datetime]]:
    now = timezone.now()
    orgs = Org.objects.exclude(**{days: None}).order_by("slug")
    return [(org, now - timedelta(days=getattr(org, days))) for org in orgs]


def _with_old_answers(org: Org, before: datetime) -> QuerySet[InterviewRequest]:
    has_texts = Q(transcript__isnull=False) | Exists(Turn.objects.filter(interview_request=OuterRef("pk")))
    completed = Q(completed_at__lt=before) & has_texts
    not_completed = Q(completed_at=None, conversation__last_activity_at__lt=before)
    return InterviewRequest.objects.for_org(org.pk).filter(completed | not_completed)


def _inactive(org: Org, before: datetime) -> QuerySet[Contact]:
    recent = Q(updated_at__gte=before) | Q(conversation__last_activity_at__gte=before)
    used = InterviewRequest.objects.filter(recent, contact=OuterRef("pk"))
    return Contact.objects.for_org(org.pk).not_erased().filter(~Exists(used), updated_at__lt=before)


@transaction.atomic
def _delete_answers(old: QuerySet[InterviewRequest], org: Org, ids: list[int], actor: Actor) -> int:
    """Locks jobs first, then conversations, as the other services do."""
    withdraw_jobs(org_id=org.pk)
    list(Conversation.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk"))
    still_old = old.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    ids = list(still_old.values_list("pk", flat=True))
    for row in InterviewRequest.objects.filter(pk__in=ids, progress=Progress.STARTED):
        change_progress(row, Progress.ABANDONED, "interview.abandoned")
    erase_audit(Driver.objects.filter(interview_request__in=ids), actor=actor)
    Transcript.objects.filter(interview_request__in=ids).delete()
    Turn.objects.filter(interview_request__in=ids).delete()
    Conversation.objects.filter(pk__in=ids).exclude(stage=Stage.COMPLETED).delete()
    queue_readings(*ids)  # without a conversation, the guide is again that of the interview type
    # A new version: GET no longer shows the transcript. The same time: the contact was not active.
    InterviewRequest.objects.filter(pk__in=ids).update(updated_at=F("updated_at"))
    return len(ids)


@transaction.atomic
def _delete_requests(room: Org, ids: list[int]) -> int:
    """Locks jobs first, then conversations, as the other services do."""
    withdraw_jobs(org_id=room.pk)
    list(Conversation.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk"))
    forget_interview_requests(org_id=room.pk, interview_request_ids=ids)
    return InterviewRequest.objects.filter(pk__in=ids).delete()[1].get("interviews.InterviewRequest", 0)


def _delete_unused(room: Org, before: datetime, actor: Actor) -> None:
    used = InterviewRequest.objects.filter(contact=OuterRef("pk"))
    unused = Contact.objects.for_org(room.pk).filter(~Exists(used), updated_at__lt=before)
    for ids in pk_batches(unused, BATCH):
        for contact_id in ids:
            delete_contact(org_id=room.pk, contact_id=contact_id, actor=actor)
    for ids in pk_batches(Deal.objects.for_org(room.pk).filter(updated_at__lt=before), BATCH):
        Deal.objects.filter(pk__in=ids).delete()


def _erase(inactive: QuerySet[Contact], org: Org, contact_id: int, actor: Actor) -> int:
    try:
        erase_contact(org_id=org.pk, contact_id=contact_id, actor=actor, among=inactive)
    except Contact.DoesNotExist:  # active or deleted meanwhile
        return 0
    return 1
