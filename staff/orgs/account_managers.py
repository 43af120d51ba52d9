from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from orgs.models import EventKind, Org
from orgs.services import set_account_managers
from staff.confirmation import ConfirmingAdmin

ROLE = "account manager"


class AccountManagersForm(forms.Form):
    managers = forms.ModelMultipleChoiceField(
        User.objects.filter(groups__name=ROLE, is_active=True).order_by("username"),
        label="Account managers",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They manage the plan, API keys and webhooks of this org, and see its interviews and transcripts. "
        "Logins with this role are listed.",
    )


class AccountManagers(ConfirmingAdmin):
    manager_pages = {"account-managers": "account_managers_view"}

    def account_managers_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        org = self.object_or_404(request, object_id, may_assign)
        sent = request.POST if request.method == "POST" else None  # also if nobody is chosen
        form = AccountManagersForm(sent, initial={"managers": org.account_managers.all()})
        if not form.is_valid():
            return self.page(request, "form", org, title="Account managers", form=form, button="Save")
        set_account_managers(org_id=org.pk, managers=form.cleaned_data["managers"])
        return self.done(request, org, EventKind.ROLES_CHANGED, f"Account managers: {names_of_managers(org)}.")


def names_of_managers(org: Any) -> str:
    names = org.account_managers.order_by("username").values_list("username", flat=True)
    return ", ".join(names) or "none"


def may_assign(request: HttpRequest, org: Org | None = None) -> bool:
    """Only superusers, because it lets others see interviews and issue keys."""
    return request.user.is_superuser
