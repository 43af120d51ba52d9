from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from hindsight.db.keyset import in_pages
from hindsight.text.record_files import Record, csv_lines
from hindsight.text.timestamps import utc_text
from orgs.models import EventKind, SecurityEvent
from staff.base import ReadOnlyAdmin
from staff.lists.date_ranges import CreatedRange
from staff.lists.filters import EventActorFilter, EventOrgFilter
from staff.security_events import record_act

PAGE = 1_000
MAX_EXPORTED = 10_000
"""Rows of a file that is written within a request."""

COLUMNS = ("created_at", "kind", "actor_kind", "actor", "org", "subject_type", "subject", "detail", "request_id")


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "actor", "subject_shown", "org", "detail")
    list_filter = ("kind", EventActorFilter, EventOrgFilter, CreatedRange)
    lookups = frozenset({"kind__exact"})
    sortable_by = ("created_at",)
    search_fields = ("subject",)  # shows the search box
    search_help_text = "What the event is about: an id, an API key's prefix, an org's slug or a staff login."
    fields = ("created_at", "kind", "actor_kind", "actor", "subject_shown", "org", "detail", "request_id")

    @admin.display(description="Subject")
    def subject_shown(self, event: SecurityEvent) -> str:
        return f"{event.subject_type} {event.subject}".strip() or "-"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "may_export": True})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(transaction.atomic(self.export_view))
        return [path("export/", view, name=f"{self.url_prefix}_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The newest MAX_EXPORTED events of the filtered list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            events = list(self.get_changelist_instance(request).get_queryset(request)[:MAX_EXPORTED])
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self.url('changelist')}?e=1")
        record_act(request, EventKind.EXPORT, detail=f"Security events: {len(events):,}.")
        return csv_response(map(_record, events), COLUMNS, "security-events.csv")


def records_since(since: datetime | None) -> Iterator[Record]:
    """Oldest first."""
    events = SecurityEvent.objects.all()
    if since is not None:
        events = events.filter(created_at__gte=since)
    yield from map(_record, in_pages(events, PAGE))


def csv_response(records: Iterable[Record], columns: Sequence[str], filename: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse(csv_lines(records, columns), "text/csv; charset=utf-8", headers=headers)


def _record(event: SecurityEvent) -> Record:
    return {**{name: getattr(event, name) for name in COLUMNS}, "created_at": utc_text(event.created_at)}
