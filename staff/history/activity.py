"""The page "Who did what": overwrites of the audit and security events, as one list."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from hindsight.db.ids import id_in
from hindsight.text.record_files import Record
from hindsight.text.timestamps import utc_text
from interviews.models import InterviewRequest, InterviewType
from orgs.audit import audited_fields
from orgs.audit_removal import ERASURE
from orgs.models import Change, EventKind, Org, SecurityEvent
from orgs.models.append_only import ChangeQuerySet
from staff.history.pages import label_of_field
from staff.history.security_events import MAX_EXPORTED, csv_response
from staff.lists.date_ranges import DayInput, in_days
from staff.lists.filters import storable
from staff.orgs.org_choice import PICK, SEVERAL_ORGS, org_input, orgs_meant
from staff.security_events import record_act

PER_PAGE, MAX_PAGES = 50, 20
MAX_DAYS = 366
VIEW_CHANGES, VIEW_EVENTS = "orgs.view_change", "orgs.view_securityevent"

# What was done, by model and field, where the label of the field does not say it.
ACTS = {("wish", "owner"): "wish assigned", ("wish", "done_at"): "wish done or reopened"}

HISTORIES = {
    model._meta.model_name: (model._meta.verbose_name, f"admin:{model._meta.label_lower.replace('.', '_')}_history")
    for model in (Contact, Deal, InterviewRequest, InterviewType)
}
"""{type of the object of a change: (its name, the name of the page with its changes)}"""

COLUMNS = ("created_at", "actor_kind", "actor", "org", "act", "subject", "detail", "request_id")


def act_on(field: str, model: str = "") -> str:
    verb = "erased" if field == ERASURE else "changed"
    return ACTS.get((model, field)) or f"{label_of_field(field)} {verb}"


class ActivityForm(forms.Form):
    """Empty fields match everything. Both days are included, and begin at midnight UTC."""

    actor = forms.CharField(
        required=False,
        max_length=150,
        label="Who",
        help_text="Staff login, API key's prefix or command",
        widget=forms.TextInput(attrs={"list": "logins", "autocomplete": "off"}),
    )
    since = forms.DateField(label="From", widget=DayInput)
    until = forms.DateField(label="To", widget=DayInput)
    org = forms.CharField(required=False, max_length=200, help_text=PICK, widget=org_input())
    field = forms.ChoiceField(
        required=False,
        label="What",
        choices=[
            ("", "Everything"),
            *((field, act_on(field).capitalize()) for field in audited_fields()),
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

    def changes(self) -> ChangeQuerySet:
        org, field = self.cleaned_data["org"], self.cleaned_data["field"]
        found: ChangeQuerySet = self._of_actor_and_days(Change.objects.defer("before").select_related("org"))
        if org:
            found = found.filter(org__in=list(Org.objects.filter(slug=org).values_list("pk", flat=True)))
        if field:
            found = found.filter(field=field)
        return found.order_by("-created_at", "-id")

    def events(self) -> QuerySet[SecurityEvent]:
        org = self.cleaned_data["org"]
        found: QuerySet[SecurityEvent] = self._of_actor_and_days(SecurityEvent.objects.all())
        return found.filter(org=org) if org else found

    def _of_actor_and_days(self, rows: Any) -> Any:
        data = self.cleaned_data
        rows = in_days(rows, "created_at", data["since"], data["until"])
        return rows.filter(actor=actor) if (actor := storable(data["actor"])) else rows


@dataclass(frozen=True)
class Act:
    """`url`: the page with the overwrite and its texts; empty if there is none."""

    row: Change | SecurityEvent
    org: str
    act: str
    subject: str
    detail: str = ""
    url: str = ""
    contact_id: int = 0

    def record(self) -> Record:
        texts = {name: getattr(self, name) for name in ("org", "act", "subject", "detail")}
        who = {name: getattr(self.row, name) for name in ("actor_kind", "actor", "request_id")}
        return {"created_at": utc_text(self.row.created_at), **who, **texts}


def activity_view(request: HttpRequest) -> HttpResponse:
    if not any(map(request.user.has_perm, (VIEW_CHANGES, VIEW_EVENTS))):
        raise PermissionDenied
    today = timezone.now().date()
    last_days = {"since": (today - timedelta(days=6)).isoformat(), "until": today.isoformat()}
    form = ActivityForm({**last_days, **{name: value for name, value in request.GET.items() if value}})
    context: dict[str, Any] = {"acts": []}
    if form.is_valid():
        if "csv" in request.GET:
            records = [act.record() for act in acts(request, form, MAX_EXPORTED)]
            record_act(request, EventKind.EXPORT, detail=f"Who did what: {len(records):,}.")
            return csv_response(records, COLUMNS, "who-did-what.csv")
        context = _page_of(request, form)
    context.update(
        admin.site.each_context(request),
        title="Who did what",
        form=form,
        logins=User.objects.filter(is_staff=True).order_by("username").values_list("username", flat=True),
        max_exported=MAX_EXPORTED,
    )
    return TemplateResponse(request, "staff/history/activity.html", context)


def acts(request: HttpRequest, form: ActivityForm, at_most: int) -> Iterator[Act]:
    """Newest first, of what the person may see. Security events have no overwritten field, so that none matches one."""
    sources: list[Iterable[Act]] = []
    if request.user.has_perm(VIEW_CHANGES):
        sources.append(map(_overwrite, form.changes()[:at_most].iterator(chunk_size=500)))
    if request.user.has_perm(VIEW_EVENTS) and not form.cleaned_data["field"]:
        sources.append(map(_security_event, form.events()[:at_most].iterator(chunk_size=500)))
    return islice(heapq.merge(*sources, key=lambda act: act.row.created_at, reverse=True), at_most)


def _overwrite(change: Change) -> Act:
    act = act_on(change.field, change.object_type)
    if change.object_type not in HISTORIES:  # a driver or a wish
        return Act(change, change.org.slug, act, f"{change.object_type} {change.object_id}")
    name, page = HISTORIES[change.object_type]
    url = f"{reverse(page, args=[change.object_id])}?change={change.pk}#change-{change.pk}"
    contact_id = change.object_id if change.object_type == Contact._meta.model_name else 0
    return Act(change, change.org.slug, act, f"{name} {change.object_id}", url=url, contact_id=contact_id)


def _security_event(event: SecurityEvent) -> Act:
    subject = f"{event.subject_type} {event.subject}".strip()
    return Act(event, event.org, event.get_kind_display(), subject, event.detail)


def _page_of(request: HttpRequest, form: ActivityForm) -> dict[str, Any]:
    number = min(id_in(request.GET.get("p", "")) or 1, MAX_PAGES)
    first = (number - 1) * PER_PAGE
    acts_and_next = [*acts(request, form, first + PER_PAGE + 1)][first:]
    shown, has_more = acts_and_next[:PER_PAGE], len(acts_and_next) > PER_PAGE
    contacts = Contact.objects.filter(pk__in={act.contact_id for act in shown if act.contact_id})
    emails = dict(contacts.values_list("pk", "email")) if request.user.has_perm("contacts.view_contact") else {}
    return {
        "acts": [(act, emails.get(act.contact_id, "")) for act in shown],
        "newer": _query_of(request, number - 1) if number > 1 else "",
        "older": _query_of(request, number + 1) if has_more and number < MAX_PAGES else "",
        "is_cut": has_more and number == MAX_PAGES,
    }


def _query_of(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["p"] = str(page)
    return f"?{query.urlencode()}"
