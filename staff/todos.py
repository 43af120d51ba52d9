"""What staff have to do first: on the first page, above the numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from interviews.lifecycle import Flag
from interviews.models import Wish
from interviews.reports.model_statistics import ModelStatistics
from orgs.models import Org
from sequences.models import Mail, MailState
from staff.lists.filters import MAX_COUNT
from staff.orgs.permissions import may, orgs_with
from webhooks.models import Endpoint, Status
from webhooks.models.endpoint import GIVEN_UP
from webhooks.services.health import webhook_health

ENDPOINTS, WISHES, MAILS = "webhooks.view_endpoint", "interviews.view_wish", "sequences.change_enrolment"
REQUESTS = "interviews_interviewrequest"
MAX_WISHES, MAX_NAMED_ENDPOINTS = 5, 3


@dataclass(frozen=True)
class Lists:
    """The URLs of lists with the rows of an org, or of all orgs."""

    org: Org | None

    def of(self, model: str, **query: str) -> str:
        chosen = {"org": self.org.slug} if self.org else {}
        return f"{reverse(f'admin:{model}_changelist')}?{urlencode({**chosen, **query})}"

    def interviews(self, **query: str) -> str:
        """With archived ones, because the numbers count them."""
        return self.of(REQUESTS, **query, archived="all")


def day(time: datetime) -> str:
    return time.date().isoformat()


class Todo(NamedTuple):
    text: str
    about: str = ""
    url: str = ""


def mails_to_approve(request: HttpRequest, lists: Lists) -> Iterator[Todo]:
    """Of those who may approve them. The oldest expire first."""
    if not may(request, MAILS, lists.org):
        return
    orgs = [lists.org.pk] if lists.org else orgs_with(request, MAILS, test_rooms=False)
    mails = Mail.objects.filter(state=MailState.TO_APPROVE).order_by("id")
    mails = mails.without_test_rooms() if orgs is None else mails.filter(org__in=orgs)
    oldest = list(mails.values_list("created_at", flat=True)[: MAX_COUNT + 1])
    if oldest:
        number = "1 mail waits" if len(oldest) == 1 else f"{len(oldest):,} mails wait"
        more = "More than " if len(oldest) > MAX_COUNT else ""
        url = lists.of("sequences_enrolment")
        yield Todo(f"{more}{number} for approval", f"the oldest since {oldest[0]:%-d %b}", url)


def open_wishes(request: HttpRequest, lists: Lists) -> Iterator[Todo]:
    """The oldest ones. Each leads to the interview, which has what the contact said."""
    org = lists.org
    if not may(request, WISHES, org):
        return
    orgs = [org.pk] if org else orgs_with(request, WISHES, test_rooms=False)
    wishes = Wish.objects.open().without_test_rooms() if orgs is None else Wish.objects.open().filter(org__in=orgs)
    contact = "interview_request__contact__"
    fields = ("kind", "created_at", "owner", "org__name", "interview_request", f"{contact}name", f"{contact}email")
    oldest = list(wishes.values_list(*fields)[: MAX_WISHES + 1])
    for kind, since, owner, org_name, pk, name, email in oldest[:MAX_WISHES]:
        url = reverse(f"admin:{REQUESTS}_change", args=[pk])
        seen_to = f", {owner} sees to it" if owner else ""
        yield Todo(f"{name or email} {Flag(kind).label}", f"{org_name}, since {since:%-d %b}{seen_to}", url)
    if len(oldest) > MAX_WISHES:
        yield Todo("All open wishes", url=lists.of("interviews_wish"))


def webhook_problems(request: HttpRequest, lists: Lists) -> Iterator[Todo]:
    if not may(request, ENDPOINTS, lists.org):
        return
    orgs = [lists.org.pk] if lists.org else orgs_with(request, ENDPOINTS)
    health = webhook_health(orgs)
    pending = lists.of("webhooks_delivery", status__exact=Status.PENDING)
    if health.needs_a_worker:
        yield Todo("No worker is running: no webhook is sent. Tell the operator.", url=pending)
    if health.late:
        yield Todo(f"Webhook deliveries that are late: {health.late:,}", "due for more than ten minutes", pending)
    endpoints = Endpoint.objects.without_test_rooms() if orgs is None else Endpoint.objects.filter(org__in=orgs)
    if health.failing:
        url = lists.of("webhooks_endpoint", failing="yes")
        yield Todo(f"Webhook endpoints that fail: {health.failing:,}", named(endpoints.failing()), url)
    if health.given_up:
        url = lists.of("webhooks_endpoint", state__in=",".join(GIVEN_UP))
        given_up = named(endpoints.filter(state__in=GIVEN_UP))
        yield Todo(f"Webhook endpoints disabled because of their answers: {health.given_up:,}", given_up, url)


def named(endpoints: QuerySet[Endpoint]) -> str:
    """Host names only: a path can contain a secret."""
    rows = list(endpoints.values_list("url", "org__name")[: MAX_NAMED_ENDPOINTS + 1])
    names = [f"{urlsplit(url).hostname} ({org})" for url, org in rows[:MAX_NAMED_ENDPOINTS]]
    return ", ".join([*names, "…"] if len(rows) > len(names) else names)


def model_problems(model: ModelStatistics | None) -> Iterator[Todo]:
    if model and model.falls_back_too_often and model.fallbacks == model.turns:
        yield Todo("The model has not answered in the last hour: the rules choose the questions. Tell the operator.")
    elif model and model.falls_back_too_often:
        yield Todo(f"The model failed in {model.fallback_percent}% of the turns in the last hour. Tell the operator.")
