from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from orgs.models import EventKind, SecurityEvent
from staff.base import ReadOnlyAdmin
from staff.history.security_event_export import COLUMNS, MAX_EXPORTED, csv_response, record_of
from staff.lists.date_ranges import CreatedRange
from staff.lists.filters import EventActorFilter, EventOrgFilter
from staff.security_events import record_act


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnlyAdmin):
    change_list_template = "staff/history/security_events.html"
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
        return csv_response(map(record_of, events), COLUMNS, "security-events.csv")
