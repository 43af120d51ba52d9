"""Limits on guessing passwords: at the login, and where staff change their own.

An attempt is counted before the password is checked, so that concurrent guesses cannot exceed the limit. Over the
limit, the right password is refused too.
"""

import math
from typing import Any, cast

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from hindsight.http.proxies import client_of
from orgs.models import EventKind
from staff.attempts import hit
from staff.events import record_attempt

# Attempts in a number of minutes, in the order in which they are counted. The first refusal ends the counting: an
# address over its own limit adds nothing to the count of a login, so it cannot lock the owner out.
ATTEMPTS = {
    "login and address": (10, 5),
    "address": (30, 5),
    "login": (50, 5),
}


class LoginForm(AdminAuthenticationForm):
    seconds_to_wait = 0  # if this attempt was refused

    def clean(self) -> dict[str, Any]:
        self.seconds_to_wait = count_attempt(cast(HttpRequest, self.request), self.cleaned_data.get("username", ""))
        if self.seconds_to_wait:
            raise ValidationError(refusal(self.seconds_to_wait), code="throttled")
        return super().clean()

    def confirm_login_allowed(self, user: Any) -> None:
        """Django sends no signal for these: the password was right."""
        try:
            super().confirm_login_allowed(user)
        except ValidationError:
            request = cast(HttpRequest, self.request)
            record_attempt(request, EventKind.LOGIN_FAILED, user.get_username(), "Not staff.")
            raise


def refusal(seconds_to_wait: int) -> str:
    minutes = math.ceil(seconds_to_wait / 60)
    return f"Too many attempts. Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again."


def count_attempt(request: HttpRequest, login: str) -> int:
    """Counts under each heading up to the first refusal. Returns the seconds to wait, or 0."""
    address, login = client_of(request.META["REMOTE_ADDR"]), login.casefold()
    keys = {"login and address": f"{login} {address}", "address": address, "login": login}
    for heading, (limit, minutes) in ATTEMPTS.items():
        count, seconds = hit(request, f"staff login: {heading}", keys[heading], limit, minutes)
        if count > limit:
            detail = f"More than {limit} attempts by {heading} in {minutes} minutes."
            record_attempt(request, EventKind.LOCK_OUT, login, detail, is_stored=count == limit + 1)
            return seconds
    return 0
