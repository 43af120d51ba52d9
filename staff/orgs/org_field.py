from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from orgs.models import Org
from staff.current_request import current_staff_request
from staff.orgs.org_choice import orgs_meant
from staff.orgs.permissions import visible_orgs

SEVERAL_ORGS = "Several orgs match. Enter more of the name."


def org_input(**attrs: str) -> forms.TextInput:
    """There may be thousands of orgs, too many for a select. finding.js suggests names."""
    return forms.TextInput(attrs={"autocomplete": "off", "data-orgs": reverse_lazy("admin:org_names"), **attrs})


class OrgField(forms.CharField):
    widget = org_input(**{"class": "vTextField"})

    def clean(self, value: Any) -> Org:
        text, request = super().clean(value), current_staff_request()
        orgs = orgs_meant(text, visible_orgs(request)) if request else []
        if len(orgs) != 1:
            raise ValidationError(SEVERAL_ORGS if orgs else "No org matches.")
        return orgs[0]
