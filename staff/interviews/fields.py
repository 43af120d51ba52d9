from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from allauth.core import context
from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.db.models import Model
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime

from deals.models import Deal, Outcome
from interviews.lifecycle import Flag, Rating, progress_of
from interviews.models import InterviewRequest
from interviews.services.state import displayed_status_of, rating_of
from staff.base import StaffAdmin
from staff.orgs.permissions import may
from staff.sequences.mails import CHANGE, status_in_words
from staff.templatetags.desk import pill

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
SIZES = ((1_000_000, "M"), (1_000, "k"))


def linked(target: Model, text: str) -> str:
    """A link for those who may view the target, and text for others."""
    request, target_admin = context.request, admin.site.get_model_admin(type(target))
    if request is None or not target_admin.has_view_permission(request):
        return text
    url = reverse(f"admin:{target._meta.app_label}_{target._meta.model_name}_change", args=[target.pk])
    return format_html('<a href="{}">{}</a>', url, text)


def amount_of(amount: Decimal, currency: str) -> str:
    """Rounded, as in €48k."""
    size, unit = next((each for each in SIZES if amount >= each[0]), (1, ""))
    return f"{SYMBOLS.get(currency, f'{currency} ').lstrip()}{f'{amount / size:,.1f}'.removesuffix('.0')}{unit}"


def headline_of(row: InterviewRequest, deal: Deal | None) -> list[str]:
    """The parts of the line below the name: address, org, what is known of the deal, and day of completion."""
    parts = [linked(row.contact, row.contact.email if row.contact.name else "contact"), linked(row.org, str(row.org))]
    if deal:
        to = f"lost to {deal.competitor}" if deal.outcome == Outcome.LOST and deal.competitor else ""
        told = [to or deal.get_outcome_display(), "" if deal.amount is None else amount_of(deal.amount, deal.currency)]
        parts.append(linked(deal, " · ".join(filter(None, told)) or "deal"))
    return [*parts, *([f"completed {date_format(localtime(row.completed_at), 'j M Y')}"] if row.completed_at else [])]


@admin.display(description="Contact")
def contact_shown(row: Any) -> str:
    """`row`: an interview request or an enrolment."""
    name, email = row.contact.name, row.contact.email
    return format_html('{} <span class="quiet">{}</span>', name, email) if name else email


class RequestFields(StaffAdmin):
    @admin.display(description="Deal")
    def deal(self, interview_request: InterviewRequest) -> str:
        if not interview_request.deal_id:
            return "-"
        query = urlencode({"deal": interview_request.deal_id, "org": interview_request.org.slug})
        return format_html('<a href="{}?{}">{}</a>', self.url("changelist"), query, interview_request.deal_id)

    @admin.display(description="Outcome")
    def outcome(self, interview_request: Any) -> str:
        """Of the deal. The list has annotated it."""
        outcome, competitor = interview_request.deal_outcome, interview_request.deal_competitor
        shown: list[str] = [pill(Outcome(outcome).label.capitalize())] if outcome else []
        if outcome == Outcome.LOST and competitor:
            shown.append(f"to {competitor}")
        return format_html_join(" ", "{}", [(part,) for part in (*shown, self.deal(interview_request))])

    @admin.display(description="Status")
    def displayed_status(self, interview_request: InterviewRequest) -> str:
        status = displayed_status_of(interview_request).label.capitalize()
        return f"{status}, archived" if interview_request.archived_at else status

    @admin.display(description="Wish of the contact")
    def wishes(self, interview_request: Any) -> str:
        """Needs the list's annotation `wishes_are_done`."""
        shown = ", ".join(flag.label for flag in interview_request.raised_flags)
        if not shown:
            return "-"
        return f"{shown} (done)" if interview_request.wishes_are_done else shown

    def facts_of(self, row: InterviewRequest) -> list[tuple[str, str]]:
        """Labels and values of what is known and not said elsewhere on the page."""
        kind, rating, conversation = row.interview_type, rating_of(row), getattr(row, "conversation", None)
        progress = progress_of(row.status, row.progress).label
        in_api = f"status {row.get_status_display()}, progress {progress}{', cancelled' if row.is_cancelled else ''}"
        times = {
            "Created": row.created_at,
            "Sent": row.email_sent_at,
            "Consent given": conversation and conversation.consented_at,
            "Last active": conversation and conversation.last_activity_at,
            "Completed": row.completed_at,
            "Cancelled": row.cancelled_at,
            "Archived": row.archived_at,
        }
        shown = {
            "Interview type": linked(kind, row.interview_name),
            "Deal": row.deal_id and self.deal(row),
            "In the API": in_api,
            "Mails": self.mails(row),
            "The contact": ", ".join(flag.label for flag in row.raised_flags if flag != Flag.DECLINED),
            "Rating": f"{rating} of {max(Rating)}: {Rating(rating).label}" if rating else "",
            **{label: display_for_value(time, "") for label, time in times.items()},
        }
        return [(label, value) for label, value in shown.items() if value]

    def mails(self, row: InterviewRequest) -> str:
        """The next mail of Paige, or why there is none. Its page has more."""
        enrolment, request = getattr(row, "enrolment", None), context.request
        if enrolment is None:
            return ""
        shown = linked(enrolment, status_in_words(enrolment))
        if enrolment.finished_at or request is None or not may(request, CHANGE, enrolment):
            return shown
        url = reverse("admin:sequences_enrolment_stop", args=[enrolment.pk])
        return format_html('{} <a class="button" href="{}">Stop mails</a>', shown, url)
