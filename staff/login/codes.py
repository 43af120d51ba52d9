"""Guesses are limited, and each authenticator code works once."""

from typing import Any, cast

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import decrypt
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
    secret = decrypt(row.data["secret"])
    expected = {count: format_hotp_value(hotp_value(secret, count)) for count in yield_hotp_counters_from_time()}
    matching = [count for count, value in expected.items() if compare_user_code(actual=code, expected=value)]
    used = max(matching, default=0)  # none if the code has expired since allauth checked it
    if used <= row.data.get("last_used_counter", 0):
        return False
    authenticator.data = row.data = {**row.data, "last_used_counter": used}
    row.save(update_fields=["data"])
    return True
