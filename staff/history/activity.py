"""Overwrites of the audit and security events, as one list."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse

from contacts.models import Contact
from deals.models import Deal
from hindsight.text.record_files import Record
from hindsight.text.timestamps import utc_text
from interviews.models import InterviewRequest, InterviewType
from orgs.audit_removal import ERASURE
from orgs.models import Change, Org, SecurityEvent
from orgs.models.change import ChangeQuerySet
from staff.lists.date_ranges import in_days

MAX_DAYS = 366

HISTORIES = {
    model._meta.model_name: (model._meta.verbose_name, f"admin:{model._meta.label_lower.replace('.', '_')}_history")
    for model in (Contact, Deal, InterviewRequest, InterviewType)
}
"""{type of the object of a change: (its name, the name of the page with its changes)}"""

COLUMNS = ("created_at", "actor_kind", "actor", "org", "act", "subject", "detail", "request_id")


@dataclass(frozen=True)
class ActivityFilter:
    """Empty texts match everything. `until` is included; days begin at midnight UTC."""

    since: date
    until: date
    actor: str = ""
    org: str = ""
    field: str = ""
    """The overwritten field. Security events have none, so that none of them matches."""

    def of(self, rows: Any) -> Any:
        rows = in_days(rows, "created_at", self.since, self.until)
        return rows.filter(actor=self.actor) if self.actor else rows


@dataclass(frozen=True)
class Act:
    """`url`: the page with the overwrite and its texts; empty if there is none."""

    row: Change | SecurityEvent
    org: str
    act: str
    subject: str
    detail: str = ""
    url: str = ""

    @property
    def contact_id(self) -> int:
        is_of_contact = isinstance(self.row, Change) and self.row.object_type == Contact._meta.model_name
        return self.row.object_id if is_of_contact else 0  # type: ignore[union-attr]

    def record(self) -> Record:
        texts = {name: getattr(self, name) for name in ("org", "act", "subject", "detail")}
        who = {name: getattr(self.row, name) for name in ("actor_kind", "actor", "request_id")}
        return {"created_at": utc_text(self.row.created_at), **who, **texts}


def acts(user: User, activity_filter: ActivityFilter, at_most: int) -> "Iterator[Act]":
    """Newest first, of what the user may see."""
    sources: list[Iterable[Act]] = []
    if user.has_perm("orgs.view_change"):
        sources.append(map(_overwrite, _changes(activity_filter)[:at_most].iterator(chunk_size=500)))
    if user.has_perm("orgs.view_securityevent") and not activity_filter.field:
        sources.append(map(_event, _events(activity_filter)[:at_most].iterator(chunk_size=500)))
    return islice(heapq.merge(*sources, key=lambda act: act.row.created_at, reverse=True), at_most)


def addresses(shown: Iterable[Act]) -> dict[int, str]:
    ids = {act.contact_id for act in shown if act.contact_id}
    return dict(Contact.objects.filter(pk__in=ids).values_list("pk", "email")) if ids else {}


def _changes(activity_filter: ActivityFilter) -> ChangeQuerySet:
    found: ChangeQuerySet = activity_filter.of(Change.objects.defer("before").select_related("org"))
    if activity_filter.org:
        found = found.filter(org__in=list(Org.objects.filter(slug=activity_filter.org).values_list("pk", flat=True)))
    if activity_filter.field:
        found = found.filter(field=activity_filter.field)
    return found.order_by("-created_at", "-id")


def _events(activity_filter: ActivityFilter) -> QuerySet[SecurityEvent]:
    found: QuerySet[SecurityEvent] = activity_filter.of(SecurityEvent.objects.all())
    return found.filter(org=activity_filter.org) if activity_filter.org else found


def _overwrite(change: Change) -> Act:
    act = "personal data erased" if change.field == ERASURE else f"{change.field.replace('_', ' ')} overwritten"
    if change.object_type not in HISTORIES:  # a driver
        return Act(change, change.org.slug, act, f"{change.object_type} {change.object_id}")
    name, page = HISTORIES[change.object_type]
    url = f"{reverse(page, args=[change.object_id])}?change={change.pk}#change-{change.pk}"
    return Act(change, change.org.slug, act, f"{name} {change.object_id}", url=url)


def _event(event: SecurityEvent) -> Act:
    subject = f"{event.subject_type} {event.subject}".strip()
    return Act(event, event.org, event.get_kind_display(), subject, event.detail)
