from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from deals.models import FIELDS, Deal
from interviews.models import InterviewRequest
from staff.base import OrgRowsAdmin, ReadOnlyAdmin
from staff.history.pages import HistoryPage
from staff.lists.date_ranges import CreatedRange
from staff.lists.export_action import ExportableAdmin
from staff.lists.filters import OrgFilter
from staff.lists.import_pages import ImportingAdmin


@admin.register(Deal)
class DealAdmin(OrgRowsAdmin, ExportableAdmin, ImportingAdmin, HistoryPage, ReadOnlyAdmin):
    """Read only, because the customer's system owns deals, and replaces them whole. So does an import."""

    export_kinds = {"export_deals": "deal"}
    import_kind = "import_deals"
    list_display = ("deal_id", "org", "outcome", "competitor", "value", "closed_at")
    list_display_links = ("deal_id",)
    list_filter = (OrgFilter, "outcome", CreatedRange)
    list_select_related = ("org",)
    lookups = frozenset({"outcome__exact"})
    search_fields = ("deal_id",)  # shows the search box
    search_help_text = "The beginning of a deal's id, in the customer's capitals."
    fieldsets = (
        (None, {"fields": FIELDS}),
        ("About", {"fields": ["org", "deal_id", "interviews", "created_at", "updated_at"]}),
    )
    readonly_fields = ("interviews",)

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request).select_related("org")
        return found.defer("reported_reason") if self.is_list(request) else found

    @admin.display(description="Amount")
    def value(self, deal: Deal) -> str:
        return f"{deal.audited_text('amount')} {deal.currency}".strip() or "-"

    @admin.display(description="Interviews")
    def interviews(self, deal: Deal) -> str:
        number = InterviewRequest.objects.for_org(deal.org_id).filter(deal_id=deal.deal_id).count()
        query = urlencode({"deal": deal.deal_id, "org": deal.org.slug, "archived": "all"})
        url = reverse("admin:interviews_interviewrequest_changelist")
        return format_html('<a href="{}?{}">{}</a>', url, query, number) if number else "None"
