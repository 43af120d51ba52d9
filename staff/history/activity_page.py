from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from orgs.audit import audited_fields
from orgs.models import EventKind, Org
from staff.history.activity import COLUMNS, MAX_DAYS, ActivityFilter, acts, addresses
from staff.history.security_event_export import MAX_EXPORTED, csv_response
from staff.lists.date_ranges import DayInput
from staff.lists.filters import storable
from staff.orgs.org_choice import SEVERAL_ORGS, org_input, orgs_meant
from staff.security_events import record_act

PER_PAGE, MAX_PAGES = 50, 20
DEFAULT_DAYS = 7

PERMISSIONS = ("orgs.view_change", "orgs.view_securityevent")


class ActivityForm(forms.Form):
    actor = forms.CharField(
        required=False,
        max_length=150,
        label="Who",
        help_text="Staff login, API key's prefix or command",
        widget=forms.TextInput(attrs={"list": "logins", "autocomplete": "off"}),
    )
    since = forms.DateField(label="From", widget=DayInput)
    until = forms.DateField(label="To", widget=DayInput)
    org = forms.CharField(required=False, max_length=200, help_text="Name or slug", widget=org_input())
    field = forms.ChoiceField(
        required=False,
        label="What",
        choices=[
            ("", "Everything"),
            *((field, f"{field.capitalize().replace('_', ' ')} overwritten") for field in audited_fields()),
        ],
    )

    def clean_org(self) -> str:
        """Staff have to type the slug of a deleted org."""
        text = storable(self.cleaned_data["org"])
        orgs = orgs_meant(text, Org.objects.all()) if text else []
        if len(orgs) > 1:
            raise ValidationError(SEVERAL_ORGS)
        return orgs[0].slug if orgs else text.lower()

    def clean(self) -> Any:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and not timedelta(0) <= until - since <= timedelta(MAX_DAYS):
            raise ValidationError(f"Choose a first and a last day, at most {MAX_DAYS} days apart.")
        return self.cleaned_data

    def activity_filter(self) -> ActivityFilter:
        data = self.cleaned_data
        return ActivityFilter(data["since"], data["until"], storable(data["actor"]), data["org"], data["field"])


def activity_view(request: HttpRequest) -> HttpResponse:
    if not any(request.user.has_perm(permission) for permission in PERMISSIONS):
        raise PermissionDenied
    form = ActivityForm({**_last_days(), **{name: value for name, value in request.GET.items() if value}})
    context: dict[str, Any] = {"acts": []}
    if form.is_valid():
        if "csv" in request.GET:
            return _file(request, form.activity_filter())
        context = _page_of(request, form.activity_filter())
    context.update(
        admin.site.each_context(request),
        title="Who did what",
        form=form,
        logins=User.objects.filter(is_staff=True).order_by("username").values_list("username", flat=True),
        file=_address(request, csv="1"),
        max_exported=MAX_EXPORTED,
    )
    return TemplateResponse(request, "staff/history/activity.html", context)


def _page_of(request: HttpRequest, activity_filter: ActivityFilter) -> dict[str, Any]:
    number = min(_number(request.GET.get("p", "")), MAX_PAGES)
    first = (number - 1) * PER_PAGE
    acts_and_next = [*acts(cast(User, request.user), activity_filter, first + PER_PAGE + 1)][first:]
    shown, has_more = acts_and_next[:PER_PAGE], len(acts_and_next) > PER_PAGE
    emails = addresses(shown) if request.user.has_perm("contacts.view_contact") else {}
    return {
        "acts": [(act, emails.get(act.contact_id, "")) for act in shown],
        "newer": _address(request, number - 1) if number > 1 else "",
        "older": _address(request, number + 1) if has_more and number < MAX_PAGES else "",
        "is_cut": has_more and number == MAX_PAGES,
    }


def _file(request: HttpRequest, activity_filter: ActivityFilter) -> HttpResponse:
    records = [act.record() for act in acts(cast(User, request.user), activity_filter, MAX_EXPORTED)]
    record_act(request, EventKind.EXPORT, detail=f"Who did what: {len(records):,}.")
    return csv_response(records, COLUMNS, "who-did-what.csv")


def _last_days() -> dict[str, str]:
    today = timezone.now().date()
    return {"since": (today - timedelta(DEFAULT_DAYS - 1)).isoformat(), "until": today.isoformat()}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) else 1


def _address(request: HttpRequest, page: int = 1, **more: str) -> str:
    query = request.GET.copy()
    query.pop("p", None)
    query.update({**({"p": str(page)} if page > 1 else {}), **more})
    return f"?{query.urlencode()}"
