"""Staff are shown by role, never by name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any, Self

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from interviews.lifecycle import Move, Rating
from interviews.models import InterviewRequest, Turn
from interviews.paige.language import reply_and_question
from interviews.services.state import conversation_of, rating_of
from orgs.actors import ActorKind
from orgs.models import EventKind, SecurityEvent
from orgs.models.append_only import SecurityEventQuerySet

MAX_READS = 100
EXPORT_COMMANDS = ("export_interviews", "export_corrections")
WITHOUT_ANSWERS = "Without answers."
"""In the detail of the event of a prompt preview, which shows the notes."""


class Role(models.TextChoices):
    """Of a reader, today."""

    SUPPORT = "support", _("Support staff of Hindsight")
    ACCOUNT_MANAGER = "account manager", _("An account manager of Hindsight")
    ADMINISTRATOR = "administrator", _("An administrator of Hindsight")
    OPERATOR = "operator", _("An operator of the server")
    STAFF = "staff", _("Staff of Hindsight")


class Act(models.TextChoices):
    READ = "read", _("read the interview")
    EXPORTED = "exported", _("exported a list of interviews, which may have contained yours")


ACTS = {EventKind.TRANSCRIPT_READ: Act.READ, EventKind.PROMPT_READ: Act.READ, EventKind.EXPORT: Act.EXPORTED}


@dataclass(frozen=True)
class StoredAnswer:
    """`number`: of the question. The text of an answer that was skipped or taken back is empty."""

    number: int
    question: str = field(repr=False)
    text: str = field(repr=False)
    is_withdrawn: bool

    @property
    def message(self) -> tuple[str, str]:
        return reply_and_question(self.question)


@dataclass(frozen=True)
class Read:
    day: date
    role: Role
    act: Act


@dataclass(frozen=True)
class OwnData:
    name: str = field(repr=False)
    email: str = field(repr=False)
    completed_at: datetime
    answers: tuple[StoredAnswer, ...]
    reads: tuple[Read, ...]
    rating: Rating | None
    other_interviews: int

    @classmethod
    def of(cls, interview_request: InterviewRequest) -> Self:
        """Of a completed interview request with its contact and org."""
        contact = interview_request.contact
        completed_at: Any = interview_request.completed_at
        others = InterviewRequest.objects.for_org(interview_request.org_id).filter(contact=contact)
        rating = rating_of(interview_request)
        return cls(
            name=contact.name,
            email=contact.email,
            completed_at=completed_at,
            answers=tuple(_answers(list(interview_request.turns.all()), completed_at)),
            reads=tuple(_reads(interview_request, completed_at)),
            rating=None if rating is None else Rating(rating),
            other_interviews=others.exclude(pk=interview_request.pk).count(),
        )


def _answers(turns: list[Turn], completed_at: datetime) -> Iterator[StoredAnswer]:
    for question, answer in zip(turns[::2], turns[1::2], strict=False):
        corrected_at = answer.corrected_at
        is_withdrawn = answer.move == Move.SKIP and corrected_at is not None and corrected_at > completed_at
        yield StoredAnswer(question.number, question.text, answer.text, is_withdrawn)


def _reads(interview_request: InterviewRequest, completed_at: datetime) -> list[Read]:
    """One for each day, role and act, newest first."""
    found = (_reading(interview_request, completed_at), _exports(interview_request, completed_at))
    newest = chain.from_iterable(events[:MAX_READS] for events in found)  # two statements, each with an index
    events = sorted(newest, key=lambda event: event.created_at, reverse=True)
    logins = {event.actor for event in events if event.actor_kind == ActorKind.STAFF}
    users = User.objects.filter(username__in=logins).prefetch_related("groups")
    roles = {user.username: _role_of(user) for user in users}
    reads = (Read(event.created_at.date(), _role(event, roles), ACTS[EventKind(event.kind)]) for event in events)
    return list(dict.fromkeys(reads))


def _reading(interview_request: InterviewRequest, completed_at: datetime) -> SecurityEventQuerySet:
    """Since the consent: releases before showed unfinished interviews to staff."""
    conversation = conversation_of(interview_request)
    since = (conversation and conversation.consented_at) or completed_at
    own = Q(subject=str(interview_request.pk), subject_type=interview_request._meta.verbose_name)
    kinds = (EventKind.TRANSCRIPT_READ, EventKind.PROMPT_READ)
    read = SecurityEvent.objects.filter(own, kind__in=kinds, created_at__gte=since)
    return read.exclude(detail__contains=WITHOUT_ANSWERS)


def _exports(interview_request: InterviewRequest, completed_at: datetime) -> SecurityEventQuerySet:
    plural = str(interview_request._meta.verbose_name_plural)
    of_interviews = Q(detail__startswith=f"{plural}: ") | Q(actor_kind=ActorKind.COMMAND, actor__in=EXPORT_COMMANDS)
    since = SecurityEvent.objects.filter(kind=EventKind.EXPORT, created_at__gte=completed_at)
    return since.filter(of_interviews, org__in=[interview_request.org.slug, ""])


def _role_of(user: User) -> Role:
    if user.is_superuser:
        return Role.ADMINISTRATOR
    groups = {group.name for group in user.groups.all()}
    return next((role for role in (Role.SUPPORT, Role.ACCOUNT_MANAGER) if role in groups), Role.STAFF)


def _role(event: SecurityEvent, roles: dict[str, Role]) -> Role:
    """A login that was deleted has no role."""
    return Role.OPERATOR if event.actor_kind == ActorKind.COMMAND else roles.get(event.actor, Role.STAFF)
