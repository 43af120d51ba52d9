from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from interviews.lifecycle import Direction
from interviews.models import IndexedAnswer, InterviewRequest
from interviews.models.transcript import IndexedAnswerQuerySet
from interviews.services.transcript_search import Hit, Last, Search, search_transcripts
from orgs.models import EventKind
from staff.lists.date_ranges import DayInput, after_day, midnight
from staff.lists.filters import storable
from staff.orgs.org_choice import SEVERAL_ORGS, org_input, orgs_meant
from staff.orgs.permissions import may, orgs_with, viewing, visible_orgs
from staff.security_events import record_acts

MAX_TEXT = 200
PER_PAGE = 25
ON_SEARCH_PAGE = 5

MAY_READ = viewing(InterviewRequest)


class TranscriptSearchForm(forms.Form):
    q = forms.CharField(
        max_length=MAX_TEXT,
        label="Words",
        help_text='Words, and phrases in quotation marks: "too expensive" discount',
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    org = forms.CharField(required=False, max_length=MAX_TEXT, help_text="Name or slug", widget=org_input())
    since = forms.DateField(required=False, label="Completed from", widget=DayInput)
    until = forms.DateField(required=False, label="to", widget=DayInput)
    topic = forms.CharField(required=False, max_length=40, help_text="A key of the guide, such as pricing")
    direction = forms.ChoiceField(required=False, choices=[("", "Any"), *Direction.choices])

    def __init__(self, request: HttpRequest) -> None:
        super().__init__({name: storable(str(value)) for name, value in request.GET.items()})
        self.request = request

    def clean_org(self) -> list[int] | None:
        """None for all orgs."""
        text = self.cleaned_data["org"]
        orgs = orgs_meant(text, visible_orgs(self.request)) if text else []
        if len(orgs) > 1:
            raise ValidationError(SEVERAL_ORGS)
        if text and not orgs:
            raise ValidationError("No org matches.")
        return [orgs[0].pk] if text else None

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


def transcript_search_view(request: HttpRequest) -> HttpResponse:
    if not may(request, MAY_READ):
        raise PermissionDenied
    form = TranscriptSearchForm(request)
    context: dict[str, Any] = {"hits": []}
    if form.is_valid():
        rows = visible_answers(request)
        if (org := form.cleaned_data["org"]) is not None:
            rows = rows.filter(org__in=org)
        last = last_in(request.GET.get("after", ""))
        hits, more = search_transcripts(rows, form.search(), limit=PER_PAGE, last=last)
        context = {"hits": shown(request, hits), "is_searched": True, "older": more and _address(request, more)}
    context.update(admin.site.each_context(request), title="What contacts said", form=form)
    return TemplateResponse(request, "staff/lists/transcript_search.html", context)


def first_answers(request: HttpRequest, text: str) -> dict[str, Any]:
    """For the page of the search box."""
    if not may(request, MAY_READ):
        return {}
    hits, _ = search_transcripts(visible_answers(request), Search(text), limit=ON_SEARCH_PAGE)
    page = reverse("admin:transcript_search")
    return {"hits": shown(request, hits), "more_hits": f"{page}?{urlencode({'q': text})}" if text else page}


def visible_answers(request: HttpRequest) -> IndexedAnswerQuerySet:
    orgs, rows = orgs_with(request, MAY_READ, test_rooms=False), IndexedAnswer.objects.all()
    return rows.without_test_rooms() if orgs is None else rows.filter(org__in=orgs)


def shown(request: HttpRequest, hits: list[Hit]) -> list[Hit]:
    """Records that the person has read them."""
    read = {hit.answer.interview_request_id: hit.answer.interview_request for hit in hits}
    if read:
        record_acts(request, EventKind.TRANSCRIPT_READ, read.values(), "Answers that a search found.")
    return hits


def last_in(text: str) -> Last | None:
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
