"""The search box, and the search in what contacts said.

API keys are searched in the body of a POST: a URL would be stored in histories.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from contacts.models import Contact
from interviews.lifecycle import Direction
from interviews.models import IndexedAnswer, InterviewRequest
from interviews.models.transcript import IndexedAnswerQuerySet
from interviews.services.transcript_search import Hit, Last, Search, search_transcripts
from orgs import keys
from orgs.models import ApiKey, EventKind, Org
from staff.lists.date_ranges import DayInput, after_day, midnight
from staff.lists.filters import storable
from staff.orgs.org_choice import PICK, OrgField, label_of, org_input, orgs_meant
from staff.orgs.permissions import may, orgs_with, viewing, visible_orgs
from staff.security_events import record_acts

MAX_SHOWN = 20
MAX_TEXT = 200
PER_PAGE = 25
ANSWERS_ON_SEARCH_PAGE = 5

MAY_READ = viewing(InterviewRequest)


class Kind(NamedTuple):
    """What is searched, and what of a row is shown: the first value links to its page."""

    find: Callable[[Any, str], Any]
    columns: dict[str, Callable[[Any], object]]


def plan_of(org: Org) -> str:
    return f"{org.get_plan_display()}{'' if org.is_active else ', suspended'}"


KINDS: dict[type[Model], Kind] = {
    Org: Kind(
        lambda rows, text: rows.search(text),
        {"Name": attrgetter("name"), "Slug": attrgetter("slug"), "Plan": plan_of},
    ),
    Contact: Kind(
        lambda rows, text: rows.search(text),
        {"Contact": str, "Address": attrgetter("email"), "Org": attrgetter("org")},
    ),
    InterviewRequest: Kind(
        lambda rows, text: rows.with_id_or_deal(text),
        {
            "Contact": attrgetter("contact"),
            "Id": attrgetter("pk"),
            "Deal": attrgetter("deal_id"),
            "Org": attrgetter("org"),
            "Status": lambda row: row.get_status_display(),
        },
    ),
    ApiKey: Kind(
        lambda rows, text: rows.select_related("org").search(text),
        {
            "Key": lambda key: f"{key.prefix}…",
            "Name": attrgetter("name"),
            "Org": attrgetter("org"),
            "State": attrgetter("state"),
        },
    ),
}


class Found(NamedTuple):
    """`rows`: the address and the shown values of each. `more`: the URL of all matches; empty if all are shown."""

    title: str
    headings: Iterable[str]
    rows: list[tuple[str, list[object]]]
    more: str


class TranscriptSearchForm(forms.Form):
    q = forms.CharField(
        max_length=MAX_TEXT,
        label="Words",
        help_text='Words, and phrases in quotation marks: "too expensive" discount',
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    org = OrgField(required=False, max_length=MAX_TEXT, help_text=PICK, widget=org_input())
    since = forms.DateField(required=False, label="Completed from", widget=DayInput)
    until = forms.DateField(required=False, label="to", widget=DayInput)
    topic = forms.CharField(required=False, max_length=40, help_text="A key of the guide, such as pricing")
    direction = forms.ChoiceField(required=False, choices=[("", "Any"), *Direction.choices])

    def __init__(self, request: HttpRequest) -> None:
        super().__init__({name: storable(str(value)) for name, value in request.GET.items()})

    def search(self) -> Search:
        """A day is in UTC. Both days count."""
        data = self.cleaned_data
        return Search(
            data["q"],
            completed_since=midnight(data["since"]) if data["since"] else None,
            completed_before=after_day(data["until"]) if data["until"] else None,
            topic=data["topic"],
            direction=data["direction"],
        )


def search_view(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        text = storable(request.GET.get("q", ""))[:MAX_TEXT]
        return _results_page(request, "" if keys.contains_secret(text) else text)
    text = storable(request.POST.get("q", ""))
    if keys.contains_secret(text):
        return _key_page(request, text)
    return HttpResponseRedirect(f"{reverse('admin:search')}?{urlencode({'q': text[:MAX_TEXT]})}")


def org_names_view(request: HttpRequest) -> HttpResponse:
    if not _may_see(request, Org):
        raise PermissionDenied
    found = orgs_meant(storable(request.GET.get("q", "")), visible_orgs(request))
    return JsonResponse({"orgs": [label_of(org) for org in found]})


def transcript_search_view(request: HttpRequest) -> HttpResponse:
    if not may(request, MAY_READ):
        raise PermissionDenied
    form = TranscriptSearchForm(request)
    context: dict[str, Any] = {"hits": []}
    if form.is_valid():
        rows = _visible_answers(request)
        if org := form.cleaned_data["org"]:
            rows = rows.filter(org=org)
        last = _last_in(request.GET.get("after", ""))
        hits, more = search_transcripts(rows, form.search(), limit=PER_PAGE, last=last)
        context = {"hits": _read(request, hits), "is_searched": True, "older": more and _address(request, more)}
    context.update(admin.site.each_context(request), title="What contacts said", form=form)
    return TemplateResponse(request, "staff/lists/transcript_search.html", context)


def _key_page(request: HttpRequest, text: str) -> HttpResponse:
    """The response never contains the key."""
    if not _may_see(request, ApiKey):
        message = "You may not look up API keys."
    elif not keys.is_well_formed(text):
        message = "This is not a complete API key. Paste the whole key, or search for its first 12 characters."
    elif api_key := _visible_rows(request, ApiKey).filter(digest=keys.digest_of(text)).first():
        return HttpResponseRedirect(reverse("admin:orgs_apikey_change", args=[api_key.pk]))
    else:
        message = "No API key matches. Its org may have been deleted."
    messages.warning(request, message)
    return _results_page(request, "")


def _results_page(request: HttpRequest, text: str) -> HttpResponse:
    found = [result for model in KINDS if text and _may_see(request, model) and (result := _find(request, model, text))]
    context = {**admin.site.each_context(request), "title": "Search", "searched": text, "found": found}
    if may(request, MAY_READ):
        hits, _ = search_transcripts(_visible_answers(request), Search(text), limit=ANSWERS_ON_SEARCH_PAGE)
        page = reverse("admin:transcript_search")
        context |= {"hits": _read(request, hits), "more_hits": f"{page}?{urlencode({'q': text})}" if text else page}
    return TemplateResponse(request, "staff/lists/search.html", context)


def _find(request: HttpRequest, model: type[Model], text: str) -> Found | None:
    kind, options = KINDS[model], model._meta
    name = f"admin:{options.app_label}_{options.model_name}"
    found = list(kind.find(_visible_rows(request, model).without_test_rooms(), text)[: MAX_SHOWN + 1])
    more = f"{reverse(f'{name}_changelist')}?{urlencode({'q': text})}" if len(found) > MAX_SHOWN else ""
    rows = [
        (reverse(f"{name}_change", args=[row.pk]), [value(row) for value in kind.columns.values()])
        for row in found[:MAX_SHOWN]
    ]
    return Found(str(options.verbose_name_plural), kind.columns, rows, more) if rows else None


def _visible_rows(request: HttpRequest, model: type[Model]) -> Any:
    return admin.site.get_model_admin(model).get_queryset(request)


def _may_see(request: HttpRequest, model: type[Model]) -> bool:
    return admin.site.get_model_admin(model).has_view_permission(request)


def _visible_answers(request: HttpRequest) -> IndexedAnswerQuerySet:
    orgs, rows = orgs_with(request, MAY_READ, test_rooms=False), IndexedAnswer.objects.all()
    return rows.without_test_rooms() if orgs is None else rows.filter(org__in=orgs)


def _read(request: HttpRequest, hits: list[Hit]) -> list[Hit]:
    """Records that the person has read them."""
    read = {hit.answer.interview_request_id: hit.answer.interview_request for hit in hits}
    if read:
        record_acts(request, EventKind.TRANSCRIPT_READ, read.values(), "Answers that a search found.")
    return hits


def _last_in(text: str) -> Last | None:
    """None if it is not the end of a page."""
    time, _, pk = text.partition("~")
    try:
        return Last(datetime.fromisoformat(time), int(pk))
    except ValueError:
        return None


def _address(request: HttpRequest, last: Last) -> str:
    query = request.GET.copy()
    query["after"] = f"{last.completed_at.isoformat()}~{last.id}"
    return f"?{query.urlencode()}"
