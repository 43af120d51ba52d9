"""Limits on guessing passwords and codes.

An attempt is counted before the password is checked, so that concurrent guesses cannot exceed the limit. Over the
limit, the right password is refused too.
"""

import math
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import views
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from hindsight.http.proxies import client_of
from orgs.models import EventKind
from staff.login import drafts, single_sign_on
from staff.login.attempts import hit
from staff.login.challenges import clear_challenges
from staff.security_events import record_attempt

Response = TypeVar("Response", bound=HttpResponseBase)
Limits = Mapping[str, tuple[int, int]]

# Attempts in a number of minutes, in the order in which they are counted. The first refusal ends the counting: an
# address over its own limit adds nothing to the count of a login, so it cannot lock the owner out.
ATTEMPTS: Limits = {
    "login and address": (10, 5),
    "address": (30, 5),
    "login": (50, 5),
}
# After the right password. A code has 6 digits, and three of them are valid at a time.
CODE_ATTEMPTS: Limits = {"login, for codes": (5, 5)}

# In the state of a login that waits for the second factor: Django's hash of the password that was entered.
AUTH_HASH = "auth_hash"

NOT_STAFF = "This login is not staff, so it cannot open the admin. Ask a superuser for a role."


class LoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        refuse_too_many_attempts(cast(HttpRequest, self.request), self.cleaned_data.get("username", ""))
        return super().clean()

    def confirm_login_allowed(self, user: Any) -> None:
        """Django sends no signal if the password was right."""
        if not user.is_staff:
            record_attempt(cast(HttpRequest, self.request), EventKind.LOGIN_FAILED, user.get_username(), "Not staff.")
            raise ValidationError(NOT_STAFF, code="not_staff")
        super().confirm_login_allowed(user)


class LoginView(views.LoginView):
    authentication_form = LoginForm
    template_name = "staff/login/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        own = {"mail_is_set_up": settings.EMAIL_URL is not None, "has_draft": drafts.is_waiting(self.request)}
        return {**own, **shown, "single_sign_on": single_sign_on.button()}

    def form_valid(self, form: Any) -> HttpResponse:
        """allauth logs in, after it has asked for the second factor of somebody who has one."""
        user = form.get_user()
        clear_login(self.request)  # of an earlier login that was not completed
        clear_challenges(self.request)
        state = {AUTH_HASH: user.get_session_auth_hash()}
        login = Login(user=user, redirect_url=self.get_success_url(), state=state)
        return cast(HttpResponse, perform_password_login(self.request, {"username": user.get_username()}, login))


def refuse_too_many_attempts(request: HttpRequest, login: str, limits: Limits = ATTEMPTS) -> None:
    """Counts an attempt. Raises ValidationError over a limit; `throttled()` then makes the response a 429."""
    if seconds_to_wait := count_attempt(request, login, limits):
        request.seconds_to_wait = seconds_to_wait  # type: ignore[attr-defined]
        raise ValidationError(refusal(seconds_to_wait), code="throttled")


def throttled(request: HttpRequest, response: Response) -> Response:
    if seconds_to_wait := getattr(request, "seconds_to_wait", 0):
        response.status_code = 429
        response["Retry-After"] = str(seconds_to_wait)
    return response


def refusal(seconds_to_wait: int) -> str:
    minutes = math.ceil(seconds_to_wait / 60)
    return f"Too many attempts. Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again."


def count_attempt(request: HttpRequest, login: str, limits: Limits) -> int:
    """Stops at the first refusal. Returns the seconds to wait, or 0."""
    address, login = client_of(request.META["REMOTE_ADDR"]), login.casefold()
    keys = {"login and address": f"{login} {address}", "address": address, "address, for passkeys": address}
    for heading, (limit, minutes) in limits.items():
        count, seconds = hit(request, f"staff login: {heading}", keys.get(heading, login), limit, minutes)
        if count > limit:
            detail = f"More than {limit} attempts by {heading} in {minutes} minutes."
            record_attempt(request, EventKind.LOCK_OUT, login, detail, is_stored=count == limit + 1)
            return seconds
    return 0
