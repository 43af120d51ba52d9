"""Links between accounts at the identity provider and staff logins: allauth's SocialAccount (decision 41).

`extra_data` of a row is empty until the link is used for a login.
"""

import unicodedata
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.signals import post_delete, post_save
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from hindsight.db.ids import id_in
from orgs.models import EventKind
from staff.login.single_sign_on import LINKED_ALREADY, PROVIDER_ID, Refusal, button
from staff.login.single_sign_on.id_tokens import Claims, clean_subject
from staff.people.accounts import record_about


def connect() -> None:
    """Signals include the admin, the shell, and logins that are deleted."""
    post_save.connect(record_made, sender=SocialAccount)
    post_delete.connect(record_removed, sender=SocialAccount)
    post_save.connect(end_after_change_of_address, sender=User)


def links_of(user: Any) -> Any:
    return SocialAccount.objects.filter(user=user, provider=PROVIDER_ID).order_by("pk")


def make(user: Any, subject: str) -> SocialAccount:
    """Raises Refusal if the account is linked already."""
    try:
        with transaction.atomic():
            return SocialAccount.objects.create(user=user, provider=PROVIDER_ID, uid=subject)
    except IntegrityError:
        raise Refusal(LINKED_ALREADY, "Single sign-on: the account is linked already.") from None


def used(claims: Claims) -> SocialAccount | None:
    """Returns the link, which the login saves. Whether the person may log in is checked later."""
    links = SocialAccount.objects.filter(provider=PROVIDER_ID, uid=claims.subject).select_related("user")
    link = links.first() or _by_address(claims)
    if link and link.user.is_active and link.user.is_staff:
        if not link.extra_data:
            record_about(EventKind.LINK_USED, link.user, _detail(link))
        link.extra_data = {"email": claims.email}
    return link


def _by_address(claims: Claims) -> SocialAccount | None:
    """Of the only active staff login with the address. Python compares: PostgreSQL's UPPER makes "I" of a dotless i."""
    if not (settings.OIDC_LINK_BY_EMAIL and claims.email):
        return None
    staff = User.objects.filter(is_active=True, is_staff=True).exclude(email="")
    alike = [user for user in staff if folded(user.email) == folded(claims.email)]
    return make(alike[0], claims.subject) if len(alike) == 1 and is_same(alike[0].email, claims.email) else None


def folded(address: str) -> str:
    """Addresses that could be confused have the same form."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address).casefold())


def is_same(address: str, other: str) -> bool:
    return address == other or (address.isascii() and other.isascii() and address.lower() == other.lower())


def are_live(user: Any, records: list[dict[str, Any]]) -> bool:
    """Whether the session's links still exist. `records`: allauth's, of the session."""
    used = {record["uid"] for record in records if record["method"] == "socialaccount"}
    return not used or links_of(user).filter(uid__in=used).count() == len(used)


def end_after_change_of_address(*, instance: Any, **kwargs: Any) -> None:
    """The new address may be of another person. The form of the admin asks, and sets `keeps_links`."""
    before = getattr(instance, "values_before_save", {}).get("email", instance.email)
    if not is_same(before, instance.email) and not getattr(instance, "keeps_links", False):
        for link in links_of(instance):
            link.delete()  # each has a security event


def record_made(*, instance: Any, created: bool, **kwargs: Any) -> None:
    if created:
        record_about(EventKind.LINK_MADE, instance.user, _detail(instance))


def record_removed(*, instance: Any, **kwargs: Any) -> None:
    record_about(EventKind.LINK_REMOVED, instance.user, _detail(instance))


def _detail(link: Any) -> str:
    return f"Account {link.uid}."


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
            make(self.user, self.cleaned_data["subject"])
        except Refusal as refusal:
            self.add_error("subject", refusal.message)
        return self.is_valid()


@transaction.atomic
def own_links_view(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        remove(request, request.user)
        return HttpResponseRedirect(request.path)
    own = {"title": "Single sign-on", "links": links_of(request.user), "single_sign_on": button()}
    return TemplateResponse(request, "staff/login/links.html", {**admin.site.each_context(request), **own})


def remove(request: HttpRequest, user: Any) -> None:
    """Raises Http404 if the link is not theirs."""
    link = links_of(user).filter(pk=id_in(request.POST.get("remove", ""))).first()
    if link is None:
        raise Http404
    link.delete()
    messages.success(request, "The link was removed.")
