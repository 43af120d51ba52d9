"""Superusers also see the links of others."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from hindsight.db.ids import id_in
from staff.login import single_sign_on
from staff.login.single_sign_on import links
from staff.login.single_sign_on.id_tokens import clean_subject
from staff.login.single_sign_on.refusals import Refusal

REMOVED = "The link was removed."


class LinkForm(forms.Form):
    subject = forms.CharField(
        label="Account",
        help_text="The id (sub) at the identity provider. Somebody whose account is not linked sees it when they try "
        "to log in. Be sure who asks: whoever has the account logs in as this person.",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_subject(self) -> str:
        try:
            return clean_subject(self.cleaned_data["subject"])
        except ValueError:
            raise ValidationError("Enter the id: 1 to 191 printable ASCII characters.") from None

    def save(self) -> bool:
        try:
            links.make(self.user, self.cleaned_data["subject"])
        except Refusal as refusal:
            self.add_error("subject", refusal.message)
        return self.is_valid()


@transaction.atomic
def own_links_view(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        remove(request, request.user)
        return HttpResponseRedirect(request.path)
    own = {"title": "Single sign-on", "links": links.links_of(request.user), "single_sign_on": single_sign_on.button()}
    return TemplateResponse(request, "staff/login/own_links.html", {**admin.site.each_context(request), **own})


def remove(request: HttpRequest, user: Any) -> None:
    """Raises Http404 if the link is not theirs."""
    link = links.links_of(user).filter(pk=id_in(request.POST.get("remove", ""))).first()
    if link is None:
        raise Http404
    link.delete()
    messages.success(request, REMOVED)
