from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from deals.files import COLUMNS, DealImporter, export_deals
from deals.models import FIELDS, Deal
from interviews.models import InterviewRequest
from interviews.reports.reported_reasons import compare_reasons_of, interviews_of
from orgs.models import EventKind
from staff.base import OrgRowsAdmin, ReadOnlyAdmin
from staff.history.pages import HistoryPage
from staff.lists.date_ranges import CreatedRange
from staff.lists.exports import Export
from staff.lists.filters import OrgFilter
from staff.lists.imports import KEPT, Importable, ImportingAdmin
from staff.orgs.permissions import may
from staff.security_events import record_act
from staff.win_loss.form import INTERVIEWS
from staff.win_loss.naming import ShownQuote
from staff.win_loss.report import ShownComparison


@admin.register(Deal)
class DealAdmin(OrgRowsAdmin, ImportingAdmin, HistoryPage, ReadOnlyAdmin):
    """Read only, because the customer's system owns deals, and replaces them whole."""

    exports = {"deals": Export("deal", export_deals, COLUMNS)}
    importable = Importable(
        row="deal",
        importer=DealImporter(),
        help=f"{KEPT} The customer's system clears values of a deal.",
        columns_help="One column for deal_id, which is the id in the customer's system, and at most one for each other "
        "field. Outcomes are won, lost and no decision. Amounts are as in 120000.50, 120.000,50 or 120,000.50. Dates "
        "are as in 2026-11-12 or 12.11.2026, and times as in 2026-11-12 17:30, in UTC.",
        permissions=("jobs.import_deals", "deals.view_deal"),
    )
    list_display = ("deal_id", "org", "outcome", "competitor", "value", "closed_at")
    list_display_links = ("deal_id",)
    list_filter = (OrgFilter, "outcome", CreatedRange)
    list_select_related = ("org",)
    lookups = frozenset({"outcome__exact"})
    search_fields = ("deal_id",)  # shows the search box
    search_help_text = "The beginning of a deal's id. Capitals matter."
    fieldsets = (
        (None, {"fields": FIELDS}),
        ("About", {"fields": ["org", "deal_id", "interviews", "created_at", "updated_at"]}),
    )
    readonly_fields = ("interviews",)
    change_form_template = "staff/deals/deal.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request).select_related("org")
        return found.defer("reported_reason") if self.is_list(request) else found

    def heading(self, obj: Deal) -> str:
        return f"Deal {obj.deal_id} · {obj.org}"

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        deal = kwargs["obj"]
        if may(request, INTERVIEWS, deal):
            told = interviews_of(deal)
            if told.topics:
                record_act(request, EventKind.TRANSCRIPT_READ, deal, f"Quotes of {len(told.interviews)} interviews.")
            said = ([[*map(ShownQuote, drivers)] for drivers in topic.said] for topic in told.topics)
            context.update(told=told, topics=[*zip(told.topics, said, strict=True)])
            context.update(comparisons=[ShownComparison(each) for each in compare_reasons_of(deal)])
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="Amount")
    def value(self, deal: Deal) -> str:
        return f"{deal.audited_text('amount')} {deal.currency}".strip() or "-"

    @admin.display(description="Interviews")
    def interviews(self, deal: Deal) -> str:
        number = InterviewRequest.objects.for_org(deal.org_id).filter(deal_id=deal.deal_id).count()
        query = urlencode({"deal": deal.deal_id, "org": deal.org.slug, "archived": "all"})
        url = reverse("admin:interviews_interviewrequest_changelist")
        return format_html('<a href="{}?{}">{}</a>', url, query, number) if number else "None"
