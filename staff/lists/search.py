"""API keys are searched in the body of a POST: a URL would be stored in histories."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs import keys
from orgs.models import ApiKey, Org
from staff.lists.filters import storable
from staff.lists.transcript_search import first_answers
from staff.orgs.org_choice import label_of, orgs_meant
from staff.orgs.permissions import visible_orgs

MAX_SHOWN = 20
MAX_TEXT = 200


@dataclass(frozen=True)
class Kind:
    """`find` gets the rows that the person may see, and the text."""

    model: type[Model]
    find: Callable[[Any, str], QuerySet[Any]]
    template: str


KINDS = (
    Kind(Org, lambda rows, text: rows.search(text), "orgs"),
    Kind(Contact, lambda rows, text: rows.search(text), "contacts"),
    Kind(InterviewRequest, lambda rows, text: rows.with_id_or_deal(text), "interview_requests"),
    Kind(ApiKey, lambda rows, text: rows.select_related("org").search(text), "api_keys"),
)


@dataclass(frozen=True)
class Found:
    """`more`: the URL of all matches; empty if all are shown."""

    kind: Kind
    rows: list[Any]
    more: str

    @property
    def title(self) -> str:
        return str(self.kind.model._meta.verbose_name_plural)

    @property
    def template(self) -> str:
        return f"staff/lists/found_{self.kind.template}.html"


def search_view(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        text = storable(request.GET.get("q", ""))[:MAX_TEXT]
        return results_page(request, "" if keys.contains_secret(text) else text)
    text = storable(request.POST.get("q", ""))
    if keys.contains_secret(text):
        return key_page(request, text)
    return HttpResponseRedirect(f"{reverse('admin:search')}?{urlencode({'q': text[:MAX_TEXT]})}")


def key_page(request: HttpRequest, text: str) -> HttpResponse:
    """The response never contains the key."""
    if not may_see(request, ApiKey):
        message = "You may not look up API keys."
    elif not keys.is_well_formed(text):
        message = "This is not a complete API key. Paste the whole key, or search for its first 12 characters."
    elif api_key := visible_rows(request, ApiKey).filter(digest=keys.digest_of(text)).first():
        return HttpResponseRedirect(reverse("admin:orgs_apikey_change", args=[api_key.pk]))
    else:
        message = "No API key matches. Its org may have been deleted."
    messages.warning(request, message)
    return results_page(request, "")


def org_names_view(request: HttpRequest) -> HttpResponse:
    if not may_see(request, Org):
        raise PermissionDenied
    found = orgs_meant(storable(request.GET.get("q", "")), visible_orgs(request))
    return JsonResponse({"orgs": [label_of(org) for org in found]})


def results_page(request: HttpRequest, text: str) -> HttpResponse:
    found = [result for kind in KINDS if may_see(request, kind.model) and (result := find(request, kind, text))]
    answers = first_answers(request, text)
    context = {**admin.site.each_context(request), "title": "Search", "searched": text, "found": found, **answers}
    return TemplateResponse(request, "staff/lists/search.html", context)


def find(request: HttpRequest, kind: Kind, text: str) -> Found | None:
    if not text:
        return None
    rows = list(kind.find(visible_rows(request, kind.model).without_test_rooms(), text)[: MAX_SHOWN + 1])
    if not rows:
        return None
    options = kind.model._meta
    everything = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    more = f"{everything}?{urlencode({'q': text})}" if len(rows) > MAX_SHOWN else ""
    return Found(kind, rows[:MAX_SHOWN], more)


def visible_rows(request: HttpRequest, model: type[Model]) -> Any:
    return admin.site.get_model_admin(model).get_queryset(request)


def may_see(request: HttpRequest, model: type[Model]) -> bool:
    return admin.site.get_model_admin(model).has_view_permission(request)
