from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from hindsight.db.ids import is_id
from interviews.services.marks import (
    ARCHIVED,
    CANCELLED,
    MAX_ROWS,
    NOT_ARCHIVED,
    NOT_CANCELLED,
    SENT,
    Mark,
    foresee,
    mark_many,
)
from orgs.models import EventKind
from staff.base import StaffAdmin
from staff.security_events import record_acts

MAX_SELECTED = 1_000
ONE = "one"
"""A parameter: the action began on the page of an interview request, and ends there."""


class RequestAction(NamedTuple):
    mark: Mark
    button: str
    about: str


REQUEST_ACTIONS: Mapping[str, RequestAction] = {
    "mark-sent": RequestAction(
        SENT,
        "Mark as sent",
        "For survey links that you have sent yourself. Customers see the status. This cannot be undone.",
    ),
    "archive": RequestAction(
        ARCHIVED,
        "Archive",
        "The list no longer shows archived interview requests, unless you search or filter for them. Survey links keep "
        "working, and customers see no difference.",
    ),
    "unarchive": RequestAction(NOT_ARCHIVED, "Unarchive", "The list shows them again."),
    "cancel": RequestAction(
        CANCELLED,
        "End interview",
        "For interviews that nobody is to answer. Survey links say that the interview was cancelled, and customers see "
        "it. This can be taken back.",
    ),
    "uncancel": RequestAction(
        NOT_CANCELLED, "Take the cancellation back", "Survey links work again, and interviews go on where they were."
    ),
}


class RequestActions(StaffAdmin):
    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Each of these asks for confirmation."""
        others = super().get_actions(request)
        if not self.has_change_permission(request):
            return others
        own = {name: (partial(_confirm_selected, name), name, each.button) for name, each in REQUEST_ACTIONS.items()}
        return {**own, **others}

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view(self.act_view), f"{self.url_prefix}_act"
        return [path("act/<slug:name>/", view, name=name), *super().get_urls()]

    def act_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """A GET asks for confirmation. Each MAX_ROWS rows are one transaction."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if name not in REQUEST_ACTIONS:
            raise Http404
        parameters = request.POST if request.method == "POST" else request.GET
        ids = [int(text) for text in parameters.get("ids", "").split(",") if is_id(text)][:MAX_SELECTED]
        if request.method != "POST":
            return self.confirm(request, name, ids)
        action = REQUEST_ACTIONS[name]
        written, refused = 0, Counter[str]()
        for start in range(0, len(ids), MAX_ROWS):
            with transaction.atomic():
                outcome = mark_many(action.mark, ids[start : start + MAX_ROWS])
                record_acts(request, EventKind.REQUEST_CHANGED, outcome.written, f"{action.mark.done.capitalize()}.")
            written += len(outcome.written)
            refused += outcome.refused
        level = messages.SUCCESS if written else messages.WARNING
        verb = "was" if refused.total() == 1 else "were"
        others = f", {refused.total():,} {verb} not: {_in_words(refused)}" if refused else ""
        messages.add_message(request, level, f"{written:,} {action.mark.done}{others}.")
        return HttpResponseRedirect(self.way_back(request, ids))

    def confirm(self, request: HttpRequest, name: str, ids: Sequence[int], *, is_cut: bool = False) -> HttpResponse:
        action = REQUEST_ACTIONS[name]
        outcome, back = foresee(action.mark, ids), self.way_back(request, ids)
        orgs = {row.org_id for row in outcome.written}
        numbers = {"total": len(ids), "number": len(outcome.written), "orgs": len(orgs), "is_cut": is_cut}
        context = {"name": name, "action": action, "ids": ",".join(map(str, ids)), "back": back, **numbers}
        context["refused"] = _in_words(outcome.refused)
        return self.page(request, "act", None, title=action.button, **context)

    def way_back(self, request: HttpRequest, ids: Sequence[int]) -> str:
        if ONE in request.GET and len(ids) == 1:
            return self.url("change", ids[0])
        return f"{self.url('changelist')}?{request.GET.urlencode()}"


def _confirm_selected(
    name: str, admin: RequestActions, request: HttpRequest, selected: QuerySet[Any]
) -> HttpResponse | None:
    ids = list(selected.values_list("pk", flat=True)[: MAX_SELECTED + 1])
    if not ids:
        messages.warning(request, "Select interview requests first. Nothing was changed.")
        return None
    return admin.confirm(request, name, ids[:MAX_SELECTED], is_cut=len(ids) > MAX_SELECTED)


def _in_words(refused: Counter[str]) -> str:
    most_first = sorted(refused.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number:,} {reason}" for reason, number in most_first)
