"""Guesses are limited, and each authenticator code works once."""

import hmac
import time
from base64 import b32decode
from typing import Any, cast

from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from staff.login.attempts import CODE_ATTEMPTS, refuse_too_many_attempts


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
