"""Limits on guessing the passwords of staff: at the login, and where staff change their own password.

An attempt is counted before the password is checked, so that concurrent guesses cannot exceed the limit. Over the
limit, the right password is refused too.
"""

import math
from typing import Any, cast

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django_ratelimit.core import get_usage

from hindsight.http.proxies import client_of
from hindsight.limits.local import local_counters

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


def refusal(seconds_to_wait: int) -> str:
    minutes = math.ceil(seconds_to_wait / 60)
    return f"Too many attempts. Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again."


def count_attempt(request: HttpRequest, login: str) -> int:
    """Counts an attempt under each heading, up to the first refusal. Returns the seconds to wait, or 0."""
    address, login = client_of(request.META["REMOTE_ADDR"]), login.casefold()
    keys = {"login and address": f"{login} {address}", "address": address, "login": login}
    for heading, (limit, minutes) in ATTEMPTS.items():
        count, seconds = _hit(request, f"staff login: {heading}", keys[heading], limit, minutes)
        if count > limit:
            return seconds
    return 0


def _hit(request: HttpRequest, group: str, key: str, limit: int, minutes: int) -> tuple[int, int]:
    """Returns the count and the seconds until the window ends. While the store is unavailable, this process counts."""
    usage = get_usage(request, group=group, key=lambda *_: key, rate=f"{limit}/{minutes}m", increment=True)
    if usage is None:
        return local_counters.hit(f"{group} {key}", minutes * 60)
    return usage["count"], usage["time_left"] + 1
