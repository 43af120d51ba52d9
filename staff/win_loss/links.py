"""The page that makes and revokes report links of an org. A link keeps the filters with which it was made."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from hindsight.db.ids import id_in
from interviews.models import Driver, ReportLink
from interviews.reports.win_loss import Selection, Span
from interviews.services.report_links import create_report_link, revoke_report_link
from orgs.models import EventKind, Org
from staff.lists.date_ranges import DayInput, after_day, midnight
from staff.orgs.permissions import may
from staff.security_events import record_act
from staff.win_loss.form import Period, WinLossForm
from staff.win_loss.report import days_of

HAND_ON = "interviews.add_reportlink"
SHOWN = 100
NOT_FILTERS = ("org", "period", "since", "until")


class ReportLinkForm(forms.Form):
    days = forms.TypedChoiceField(
        choices=[(days, f"{days} days") for days in (7, 30, 90)], coerce=int, initial=30, label="Valid for"
    )
    last_day = forms.DateField(
        required=False, label="Or until", widget=DayInput, help_text="The last day, UTC. If set, it counts."
    )
    with_names = forms.BooleanField(
        required=False,
        label="With names",
        help_text="With: quotes have the contact's name and the domain of the address, reported reasons are shown, and "
        "contacts who wish not to be named are not named. Without: quotes have the outcome of the deal only, reported "
        "reasons are left out, and the contact's own name and company are replaced in quotes. Other names that a "
        "contact says stay: read the quotes first.",
    )

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        last_day = data["last_day"] or timezone.now().date() + timedelta(days=data["days"])
        return {"with_names": data["with_names"], "expires_at": after_day(last_day) or midnight(last_day)}


def report_links_view(request: HttpRequest) -> HttpResponse:
    """Its query is that of the report. Shows a new link once."""
    chosen = WinLossForm(request)
    if not may(request, HAND_ON):
        raise PermissionDenied
    if not chosen.is_valid() or chosen.cleaned_data["org"] is None:
        raise Http404
    org, form = chosen.cleaned_data["org"], ReportLinkForm()
    if not may(request, HAND_ON, org):
        raise PermissionDenied
    context = {**admin.site.each_context(request), "title": "Hand on this report", "org": org}
    if request.method == "POST" and "revoke" in request.POST:
        return _revoke(request, org)
    if request.method == "POST":
        form = ReportLinkForm(request.POST)
        context["url"] = _create(request, chosen, form)
    context |= {"form": form, "links": ReportLink.objects.for_org(org.pk)[:SHOWN], "words": words_of(chosen)}
    return TemplateResponse(request, "staff/win_loss/links.html", context)


@transaction.atomic
def _create(request: HttpRequest, chosen: WinLossForm, form: ReportLinkForm) -> str:
    """Empty if the form has errors, which the page shows."""
    if not form.is_valid():
        return ""
    org = chosen.cleaned_data["org"]
    filters = filters_of(chosen.selection(), chosen.chosen_period()) | {"words": words_of(chosen)}
    try:
        link, token = create_report_link(
            org=org, filters=filters, created_by=request.user.get_username(), **form.values
        )
    except ValidationError as error:
        form.add_error("last_day", error)
        return ""
    names = "with" if link.with_names else "without"
    record_act(request, EventKind.REPORT_LINKED, link, f"Until {link.last_day}, {names} names.")
    return f"{settings.PUBLIC_BASE_URL}{reverse('report', args=[token])}"


@transaction.atomic
def _revoke(request: HttpRequest, org: Org) -> HttpResponse:
    try:
        link = revoke_report_link(org_id=org.pk, link_id=id_in(request.POST["revoke"]))
    except ReportLink.DoesNotExist as error:
        raise Http404 from error
    record_act(request, EventKind.REPORT_REVOKED, link)
    messages.success(request, "The link was revoked. It no longer opens the report.")
    return HttpResponseRedirect(request.get_full_path())


def words_of(form: WinLossForm) -> str:
    """Such as "1 Oct 2026 to 31 Dec 2026, outcome: lost"."""
    filled = [each for each in form if each.name not in NOT_FILTERS and form.cleaned_data[each.name]]
    chosen = (f"{each.label.lower()}: {_shown(each, form.cleaned_data)}" for each in filled)
    return ", ".join((days_of(form.chosen_period().span), *chosen))


def _shown(field: forms.BoundField, data: dict[str, Any]) -> str:
    value = data[field.name]
    if field.name == "topic":
        of_topic = Driver.objects.for_org(data["org"].pk).filter(topic=value)
        return of_topic.values_list("title", flat=True).first() or value
    return str(dict(getattr(field.field, "choices", ())).get(value, value))


def filters_of(selection: Selection, period: Period) -> dict[str, Any]:
    """As `selection_of()` reads them. The days are fixed: "this quarter" stays the same quarter."""
    names = {each.name for each in fields(Selection)} - {"org_ids", "span"}
    days = {"since": period.span.since, "until": period.span.until, "before": period.before.since}
    return days | {name: value for name in names if (value := getattr(selection, name)) not in (None, "")}


def selection_of(link: ReportLink) -> tuple[Selection, Period]:
    filters = {name: value for name, value in link.filters.items() if name != "words"}
    since, until, before = (datetime.fromisoformat(filters.pop(name)) for name in ("since", "until", "before"))
    period = Period(Span(since, until), Span(before, since))
    return Selection([link.org_id], period.span, **filters), period
