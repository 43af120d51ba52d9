import hmac
import time
from base64 import b32decode
from typing import Any, cast

from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from orgs.models import EventKind
from staff.login.attempts import CODE_ATTEMPTS, refuse_too_many_attempts
from staff.login.sessions import record, records_of
from staff.login.single_sign_on.id_tokens import Claims
from staff.login.single_sign_on.links import are_live
from staff.people.accounts import record_about

# Recovery codes replace one of these.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
PROVIDERS_FACTOR = "provider"  # the type of its record in the session
# In the state of a login that waits for the second factor: Django's hash of the password.
AUTH_HASH = "auth_hash"


class SecondFactorStage(AuthenticateStage):
    """Skipped if the identity provider has asked for a second factor."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        self.state[AUTH_HASH] = self.login.user.get_session_auth_hash()
        if any(each.get("type") == PROVIDERS_FACTOR for each in records_of(self.request, self.login.user)):
            return None, True
        return cast(tuple[HttpResponse | None, bool], super().handle())


class LimitedCode(forms.Form):
    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        refuse_too_many_attempts(context.request, self.user.get_username(), CODE_ATTEMPTS)
        code = cast(str, super().clean_code())  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not is_first_use(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(LimitedCode, AuthenticateForm):
    pass


class ConfirmingCodeForm(LimitedCode, ReauthenticateForm):
    pass


class ActivateAppView(ActivateTOTPView):
    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """The code that activates the app counts as used. A double click sends the form twice at the same time."""
        User.objects.select_for_update(no_key=True).get(pk=self.request.user.pk)
        apps = Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.TOTP)
        if apps.exists():
            return HttpResponseRedirect(reverse("mfa_index"))
        response = cast(HttpResponse, super().form_valid(form))
        is_first_use(apps.get(), form.cleaned_data["code"])
        return response


@transaction.atomic
def is_first_use(authenticator: Authenticator, code: str) -> bool:
    """allauth remembers used codes in the cache of one process, and for less time than they are valid."""
    row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    secret, digits = get_adapter().decrypt(row.data["secret"]), "".join(filter(str.isdigit, code))
    now, tolerance = int(time.time()) // app_settings.TOTP_PERIOD, app_settings.TOTP_TOLERANCE
    matching = [step for step in range(now - tolerance, now + tolerance + 1) if code_at(secret, step) == digits]
    used = max(matching, default=0)  # none if the code has expired since allauth checked it
    if used <= row.data.get("last_used_counter", 0):
        return False
    authenticator.data = row.data = {**row.data, "last_used_counter": used}
    row.save(update_fields=["data"])
    return True


def code_at(secret: str, step: int) -> str:
    """RFC 4226, with the time steps of RFC 6238."""
    digest = hmac.digest(b32decode(secret, casefold=True), step.to_bytes(8), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 10**app_settings.TOTP_DIGITS:0{app_settings.TOTP_DIGITS}}"


def connect() -> None:
    post_save.connect(record_added, sender=Authenticator)
    post_delete.connect(record_removed, sender=Authenticator)


def may_enter(request: HttpRequest) -> bool:
    """Whether this session has a second factor, if one is required, and has not ended."""
    records = records_of(request, request.user)
    is_enough = not settings.SECOND_FACTOR_REQUIRED or any(record["method"] == "mfa" for record in records)
    return is_enough and _is_live(request)


def may_set_up(request: HttpRequest) -> bool:
    user = request.user
    is_staff = user.is_active and user.is_staff
    return is_staff and not is_mfa_enabled(user) and _is_live(request)


def proves_second_factor(claims: Claims) -> bool:
    """By the authentication methods of RFC 8176 in the ID token."""
    trusted: dict[str, Any] = {"always": True, "amr": "mfa" in claims.methods}
    return bool(trusted.get(settings.OIDC_SECOND_FACTOR))


def names_of(user: Any) -> str:
    return ", ".join(map(str, Authenticator.objects.filter(user=user).order_by("pk")))


def reset(user: Any) -> int:
    """Returns how many factors there were."""
    authenticators = list(Authenticator.objects.filter(user=user))
    for authenticator in authenticators:
        authenticator.delete()  # each has a security event
    return len(authenticators)


def record_added(*, instance: Any, created: bool, **kwargs: Any) -> None:
    """Whoever sets up a factor has just shown it, so the session has it too."""
    if not created:
        return
    record_about(EventKind.SECOND_FACTOR_ADDED, instance.user, f"{instance.get_type_display()}.")
    request = context.request
    if request and request.user == instance.user and instance.type in FACTORS:
        record(request, instance.user, "mfa", type=instance.type)


def record_removed(*, instance: Any, **kwargs: Any) -> None:
    record_about(EventKind.SECOND_FACTOR_REMOVED, instance.user, f"{instance.get_type_display()}.")


def _is_live(request: HttpRequest) -> bool:
    """The end of a link to the identity provider ends the sessions that have logged in with it."""
    records = records_of(request, request.user)
    # Writing to a session prolongs it, so its expiry alone does not limit a login to SESSION_COOKIE_AGE.
    is_too_old = bool(records) and time.time() - records[0]["at"] > settings.SESSION_COOKIE_AGE
    return not is_too_old and are_live(request.user, records)
