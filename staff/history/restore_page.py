from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from hindsight.db.ids import is_id
from interviews.services.restoring import (
    CONTACT,
    REQUEST,
    RESTORABLE,
    Overwritten,
    Preview,
    Selection,
    preview_restore,
    restore_texts,
)
from orgs.models import Org
from staff.history.diff import Piece, TimeBudget, diff
from staff.lists.filters import storable
from staff.orgs.org_choice import SEVERAL_ORGS, org_input, orgs_meant
from staff.security_events import actor_of

SHOWN = 100
PERMISSIONS = {CONTACT: "contacts.change_contact", REQUEST: "interviews.change_interviewrequest"}
FORMAT = "%Y-%m-%dT%H:%M:%S"


class TimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": 1}, format=FORMAT)


class SelectionForm(forms.Form):
    actor = forms.CharField(
        max_length=150,
        label="Who",
        help_text="Staff login, API key's prefix or command",
        widget=forms.TextInput(attrs={"list": "logins", "autocomplete": "off"}),
    )
    since = forms.DateTimeField(label="From", help_text="UTC", widget=TimeInput)
    until = forms.DateTimeField(label="To", help_text="UTC", widget=TimeInput)
    org = forms.CharField(required=False, max_length=200, help_text="Name or slug", widget=org_input())
    field = forms.ChoiceField(
        required=False,
        label="What",
        choices=[
            ("", "Every text"),
            *((field, field.capitalize()) for fields in RESTORABLE.values() for field in fields),
        ],
    )

    def clean_org(self) -> Org | None:
        text = storable(self.cleaned_data["org"])
        orgs = orgs_meant(text, Org.objects.all()) if text else []
        if text and len(orgs) != 1:
            raise ValidationError(SEVERAL_ORGS if orgs else "No org matches.")
        return orgs[0] if orgs else None

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            raise ValidationError("The first time is after the last.")
        return self.cleaned_data

    def selection(self, types: Iterable[str]) -> Selection:
        data = self.cleaned_data
        org: Org | None = data["org"]
        return Selection(
            actor=storable(data["actor"]),
            since=data["since"],
            until=data["until"] + timedelta(seconds=1),
            types=tuple(types),
            org_id=org.pk if org else None,
            field=data["field"],
        )


@dataclass(frozen=True)
class ShownText:
    text: Overwritten
    url: str
    budget: TimeBudget

    @property
    def name(self) -> str:
        row = self.text.row
        return row.email if isinstance(row, Contact) else f"{row}, {row.contact.email}"

    @property
    def pieces(self) -> list[Piece]:
        return diff(self.text.now, self.text.before, self.budget)


def may_restore_texts(request: HttpRequest) -> bool:
    return request.user.has_perm("orgs.view_change") and bool(types_of(request))


def types_of(request: HttpRequest) -> list[str]:
    return [kind for kind, permission in PERMISSIONS.items() if request.user.has_perm(permission)]


def restore_view(request: HttpRequest) -> HttpResponse:
    """A GET shows the preview, and a POST restores what it has shown. The query has the selection."""
    if not may_restore_texts(request):
        raise PermissionDenied
    form = SelectionForm(request.GET) if "actor" in request.GET else SelectionForm(initial=_last_day())
    context: dict[str, Any] = {}
    if form.is_valid():
        selection = form.selection(types_of(request))
        try:
            if request.method == "POST":
                return _restored(request, selection)
            context = _shown(preview_restore(selection))
        except ValidationError as error:
            form.add_error(None, error)
    context.update(
        admin.site.each_context(request),
        title="Restore many texts",
        form=form,
        logins=User.objects.filter(is_staff=True).order_by("username").values_list("username", flat=True),
    )
    return TemplateResponse(request, "staff/history/restore.html", context)


def _restored(request: HttpRequest, selection: Selection) -> HttpResponse:
    up_to = request.POST.get("up_to", "")
    seen = replace(selection, up_to=int(up_to) if is_id(up_to) else 0)
    done = restore_texts(seen, actor=actor_of(request))
    number, conflicts = len(done.restorable), len(done.conflicts)
    kept = f" Conflicts, which were kept: {conflicts:,}." if conflicts else ""
    messages.add_message(
        request, messages.SUCCESS if number else messages.WARNING, f"Restored: {number:,} texts.{kept}"
    )
    return HttpResponseRedirect(f"{reverse('admin:activity')}?{urlencode({'actor': request.user.get_username()})}")


def _shown(preview: Preview) -> dict[str, Any]:
    budget = TimeBudget()
    texts = [*preview.conflicts, *preview.restorable]
    return {
        "preview": preview,
        "texts": [ShownText(text, _history_of(text.row), budget) for text in texts[:SHOWN]],
        "unshown": len(texts) - SHOWN,
    }


def _history_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])


def _last_day() -> dict[str, datetime]:
    now = timezone.now().replace(microsecond=0)
    return {"since": now - timedelta(days=1), "until": now}
