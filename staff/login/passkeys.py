import time
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, cast

from allauth.account import app_settings
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django import forms
from django.contrib import admin
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from hindsight.text import strict_json
from orgs.models import EventKind
from staff.login.attempts import PASSKEY_ATTEMPTS, refuse_too_many_attempts
from staff.login.second_factor import AUTH_HASH
from staff.security_events import record_attempt

View = Callable[..., HttpResponseBase]

STATE = "mfa.webauthn.state"  # in which allauth keeps the only challenge of a session


class Step(StrEnum):
    """Each step of a login accepts only the answer to its own challenge (decision 43). The values are session keys."""

    LOGIN = "passkey: login"
    SECOND_FACTOR = "passkey: second factor"
    CONFIRMATION = "passkey: confirmation"
    SET_UP = "passkey: set-up"


def accepts_own_challenge(step: Step) -> Callable[[View], View]:
    """Decorates a view of allauth that makes or accepts challenges."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            drop_ended_challenges(request)
            request.session.pop(STATE, None)  # of a session from before each step had its own
            begun = request.session.get(step) if request.method == "POST" else None
            if begun:
                request.session[STATE] = begun["state"]
            try:
                response = view(request, *args, **kwargs)
            finally:
                made = request.session.pop(STATE, None)
            if begun:  # not if the view has asked for the password first: allauth then repeats the request
                request.session.pop(step, None)
            if made and made != (begun or {}).get("state"):
                request.session[step] = {"state": made, "at": time.time()}
            drop_ended_challenges(request)
            return response

        return run

    return decorate


def clear_challenges(request: HttpRequest, **kwargs: Any) -> None:
    for step in Step:
        request.session.pop(step, None)


def drop_ended_challenges(request: HttpRequest) -> None:
    since = time.time() - app_settings.LOGIN_TIMEOUT
    for step in Step:
        if step in request.session and request.session[step]["at"] < since:
            del request.session[step]


def replaces_password(authenticator: Authenticator) -> bool:
    """Whether the person chose this when adding the key, and was verified by it."""
    passkey = authenticator.wrap()
    return bool(passkey.is_passwordless and passkey.authenticator_data.is_user_verified())


def check_is_readable(kind: type[AuthenticationResponse | RegistrationResponse], answer: Any) -> None:
    """Raises ValidationError. For malformed parts, fido2 raises IndexError, struct.error, AttributeError and others."""
    try:
        kind.from_dict(answer)
    except Exception as error:
        raise get_adapter().validation_error("incorrect_code") from error


class PasskeyAnswer(forms.Form):
    """Records refused answers. allauth sends no signal for them."""

    user: Any
    credential = forms.JSONField(decoder=strict_json.Decoder, widget=forms.HiddenInput)

    def clean_credential(self) -> Authenticator:
        try:
            check_is_readable(AuthenticationResponse, self.cleaned_data["credential"])
            return cast(Authenticator, super().clean_credential())  # type: ignore[misc]
        except (ValidationError, RecursionError) as error:  # fido2 decodes nested CBOR recursively
            login = self.user.get_username() if self.user else ""
            record_attempt(context.request, EventKind.LOGIN_FAILED, login, "Wrong passkey.")
            raise get_adapter().validation_error("incorrect_code") from error


class SecondFactorForm(PasskeyAnswer, AuthenticateWebAuthnForm):
    pass


class ConfirmingForm(PasskeyAnswer, ReauthenticateWebAuthnForm):
    pass


class LoginForm(PasskeyAnswer, LoginWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        refuse_too_many_attempts(context.request, "", PASSKEY_ATTEMPTS)
        authenticator = super().clean_credential()
        if not replaces_password(authenticator):
            login = authenticator.user.get_username()
            record_attempt(context.request, EventKind.LOGIN_FAILED, login, "Passkey of a second factor.")
            raise ValidationError("This key is a second factor. Log in with your password first.")
        return authenticator


class AddForm(AddWebAuthnForm):
    """Stores what the person has chosen. Some authenticators report that every key could replace the password."""

    credential = forms.JSONField(decoder=strict_json.Decoder, widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        check_is_readable(RegistrationResponse, self.cleaned_data["credential"])
        return self.cleaned_data["credential"]

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except RecursionError as error:
            raise get_adapter().validation_error("incorrect_code") from error
        if credential := cleaned.get("credential"):
            credential["clientExtensionResults"] = {"credProps": {"rk": cleaned["passwordless"]}}
        return cleaned


class LoginView(LoginWebAuthnView):
    """`challenge` begins the step, so that a GET stores no session."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:login"))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Over a limit, shows its message with status 429, which a redirect cannot have."""
        redirect = cast(HttpResponse, super().form_invalid(form))
        if not form.has_error("credential", "throttled"):
            return redirect
        self.request.method = "GET"
        return admin.site.login(self.request)


class SecondFactorView(AuthenticateView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A new password ends logins that wait for the second factor, as it ends sessions."""
        if self.stage.state.get(AUTH_HASH) == self.stage.login.user.get_session_auth_hash():
            return cast(HttpResponse, super().post(request, *args, **kwargs))
        return cast(HttpResponse, self.stage.abort())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        types = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        own = {
            "has_app": Authenticator.Type.TOTP in types,
            "has_passkey": Authenticator.Type.WEBAUTHN in types,
            "has_recovery_codes": Authenticator.Type.RECOVERY_CODES in types,
        }
        return {**super().get_context_data(**kwargs), **own}


@require_POST
def challenge(request: HttpRequest) -> HttpResponse:
    try:
        refuse_too_many_attempts(request, "", PASSKEY_ATTEMPTS)
    except ValidationError as refusal:
        return JsonResponse({"error": refusal.message})
    if not request.user.is_authenticated:  # it would remove what a session has been opened with
        logout(request)  # ends an earlier login that was not completed
    request.META["HTTP_ACCEPT"] = "application/json"  # allauth then returns the challenge
    return cast(HttpResponse, LoginWebAuthnView().get(request))
