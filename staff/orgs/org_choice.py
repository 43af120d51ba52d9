"""Finds orgs by a text of staff: a slug, a name, a part of one of them, or "Name (slug)".

A test room is found by its slug only.
"""

import re
from typing import Any, Self

from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse_lazy

from hindsight.db.search import normalized
from orgs.models import Org
from orgs.models.org import OrgQuerySet
from staff.orgs.permissions import visible_orgs

MAX_MATCHES = 20
PICK = "Choose one from the list, or type a part of its name."
SEVERAL_ORGS, NO_ORG = "Several orgs match. Enter more of the name.", "No org matches."


def label_of(org: Org) -> str:
    return f"{org.name} ({org.slug})"


def orgs_meant(text: str, among: OrgQuerySet) -> list[Org]:
    """More than MAX_MATCHES orgs are cut off: the text is too short to choose."""
    slug = re.search(r"\(([-\w]+)\)$", text)
    if exact := among.filter(slug=slug[1] if slug else text.lower()).first():
        return [exact]
    matches = list(among.without_test_rooms().search(text)[: MAX_MATCHES + 1])
    return [org for org in matches if normalized(org.name) == normalized(text)] or matches


def chosen_orgs(request: HttpRequest, text: str) -> list[Org]:
    """Of those that the person may see. Looks the text up once for each request."""
    if getattr(request, "chosen_text", None) != text:
        request.chosen_text, request.chosen_orgs = text, orgs_meant(text, visible_orgs(request))  # type: ignore[attr-defined]
    orgs: list[Org] = request.chosen_orgs  # type: ignore[attr-defined]
    return orgs


def org_input(**attrs: str) -> forms.TextInput:
    """There may be thousands of orgs, too many for a select. finding.js suggests names."""
    return forms.TextInput(attrs={"autocomplete": "off", "data-orgs": reverse_lazy("admin:org_names"), **attrs})


class OrgField(forms.CharField):
    widget = org_input(**{"class": "vTextField"})

    def clean(self, value: Any) -> Org | None:
        text, request = super().clean(value), context.request
        if not text:
            return None
        orgs = orgs_meant(text, visible_orgs(request)) if request else []
        if len(orgs) != 1:
            raise ValidationError(SEVERAL_ORGS if orgs else NO_ORG)
        return orgs[0]


class OrgChoice(forms.Form):
    """The query has the org."""

    org = OrgField(help_text=PICK)

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """A link to the page can have some of the fields."""
        return cls(request.GET if cls.base_fields.keys() <= request.GET.keys() else None, initial=request.GET.dict())

    @property
    def chosen(self) -> Org | None:
        return self.cleaned_data["org"] if self.is_valid() else None
