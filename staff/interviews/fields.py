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
from interviews.lifecycle import Rating, progress_of
from interviews.models import InterviewRequest
from interviews.services.marks import SENT
from interviews.services.state import declined_conversation, displayed_status_of, rating_of, stage_of
from staff.base import StaffAdmin
from staff.templatetags.desk import pill


def linked(target: Model, text: str) -> str:
    """A link for those who may view the target, and text for others."""
    request, target_admin = context.request, admin.site.get_model_admin(type(target))
    if request is None or not target_admin.has_view_permission(request):
        return text
    url = reverse(f"admin:{target._meta.app_label}_{target._meta.model_name}_change", args=[target.pk])
    return format_html('<a href="{}">{}</a>', url, text)


def summary_of(deal: Deal) -> str:
    amount = f"{deal.audited_text('amount')} {deal.currency}".strip()
    parts = (deal.get_outcome_display() or "outcome not reported", deal.competitor, amount)
    text = ", ".join(filter(None, parts))
    return text[0].upper() + text[1:]


def headline_of(interview_request: InterviewRequest) -> list[str]:
    """The parts of the line below the name: org, interview type, status and day of completion."""
    completed_at = interview_request.completed_at
    status = displayed_status_of(interview_request).label
    when = f"{status} {date_format(localtime(completed_at), 'j M Y')}" if completed_at else status
    return [str(interview_request.org), interview_request.interview_name, when]


def _time_of_conversation(interview_request: InterviewRequest, column: str) -> str:
    return display_for_value(getattr(getattr(interview_request, "conversation", None), column, None), "-")


class RequestFields(StaffAdmin):
    @admin.display(description="Deal")
    def deal(self, interview_request: InterviewRequest) -> str:
        if not interview_request.deal_id:
            return "-"
        query = urlencode({"deal": interview_request.deal_id, "org": interview_request.org.slug})
        return format_html('<a href="{}?{}">{}</a>', self.url("changelist"), query, interview_request.deal_id)

    @admin.display(description="Deal")
    def deal_and_outcome(self, interview_request: InterviewRequest) -> str:
        """Also leads to what the customer's system says about it."""
        deal_id = interview_request.deal_id
        found = Deal.objects.for_org(interview_request.org_id).filter(deal_id=deal_id).first() if deal_id else None
        if not found:
            return self.deal(interview_request)
        return format_html("{}: {}", self.deal(interview_request), linked(found, summary_of(found)))

    @admin.display(description="Contact")
    def contact_shown(self, interview_request: InterviewRequest) -> str:
        name, email = interview_request.contact.name, interview_request.contact.email
        return format_html('{} <span class="quiet">{}</span>', name, email) if name else email

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

    @admin.display(description="Status in the API")
    def status_in_the_api(self, interview_request: InterviewRequest) -> str:
        return interview_request.get_status_display().capitalize()

    @admin.display(description="Progress in the API")
    def progress_in_the_api(self, interview_request: InterviewRequest) -> str:
        return progress_of(interview_request.status, interview_request.progress).label.capitalize()

    @admin.display(description="Wish of the contact")
    def wishes(self, interview_request: InterviewRequest) -> str:
        return ", ".join(flag.label for flag in interview_request.raised_flags) or "-"

    @admin.display(description="Reason for declining")
    def decline_reason(self, interview_request: InterviewRequest) -> str:
        declined = declined_conversation(interview_request)
        words = [declined.get_decline_reason_display(), declined.decline_comment] if declined else []
        return "\n".join(filter(None, words)) or "-"

    @admin.display(description="Rating")
    def rating(self, interview_request: InterviewRequest) -> str:
        rating = rating_of(interview_request)
        return "-" if rating is None else f"{rating} of {max(Rating)}: {Rating(rating).label}"

    @admin.display(description="Interview type")
    def interview_name(self, interview_request: InterviewRequest) -> str:
        return linked(interview_request.interview_type, interview_request.interview_name)

    @admin.display(description="Contact")
    def contact_link(self, interview_request: InterviewRequest) -> str:
        contact = interview_request.contact
        return format_html("{} {}", linked(contact, str(contact)), contact.email)

    @admin.display(description="Conversation")
    def conversation_stage(self, interview_request: InterviewRequest) -> str:
        return stage_of(interview_request).label.capitalize()

    @admin.display(description="Consented at")
    def consented_at(self, interview_request: InterviewRequest) -> str:
        return _time_of_conversation(interview_request, "consented_at")

    @admin.display(description="Last active at")
    def last_activity_at(self, interview_request: InterviewRequest) -> str:
        return _time_of_conversation(interview_request, "last_activity_at")

    @admin.display(description="Survey link")
    def survey_link(self, interview_request: InterviewRequest) -> str:
        if interview_request.survey_url is None:
            return "None: the contact was erased."
        mark = format_html('<button class="button" form="{}">Mark as sent</button>', "mark-sent")
        return format_html(
            '<span class="copyable"><input id="survey-link" readonly value="{}" aria-label="Survey link">'
            '<button type="button" class="button" data-copy="survey-link">Copy</button>{}</span>',
            interview_request.survey_url,
            "" if SENT.why_not(interview_request) else mark,
        )
