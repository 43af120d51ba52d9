"""The login of staff, whose attempts are limited: by login and address, by address, and by login.

The counters are those of the API's rate limits, shared by all workers. An attempt is counted before the password is
looked at, so that guesses made at once cannot slip through, and over the limit a right password is no way in either.
"""

import math
from typing import Any, cast

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django_ratelimit.core import get_usage

from hindsight.http.proxies import client_of

# What is counted together, and how often it may try in a number of minutes. The login alone has more, so that a
# stranger who guesses from one address cannot lock its owner out.
ATTEMPTS = {
    "login and address": "10/5m",
    "address": "30/5m",
    "login": "50/5m",
}


class LoginForm(AdminAuthenticationForm):
    # Whole seconds, of an attempt that was one too many.
    seconds_to_wait = 0

    def clean(self) -> dict[str, Any]:
        self.seconds_to_wait = count_attempt(cast(HttpRequest, self.request), self.cleaned_data.get("username", ""))
        if self.seconds_to_wait:
            minutes = math.ceil(self.seconds_to_wait / 60)
            raise ValidationError(
                f"Too many attempts. Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again.",
                code="throttled",
            )
        return super().clean()


def count_attempt(request: HttpRequest, login: str) -> int:
    """Counts an attempt under each heading; the seconds to wait if it was one too many, else 0."""
    address, login = client_of(request.META["REMOTE_ADDR"]), login.casefold()
    keys = {"login and address": f"{login} {address}", "address": address, "login": login}
    usages = [_count(request, heading, keys[heading], rate) for heading, rate in ATTEMPTS.items()]
    return max((usage["time_left"] + 1 for usage in usages if usage and usage["should_limit"]), default=0)


def _count(request: HttpRequest, heading: str, key: str, rate: str) -> dict[str, Any] | None:
    """None when the store is away: then nobody is kept out, as with the API."""
    usage: dict[str, Any] | None = get_usage(
        request, group=f"staff login: {heading}", key=lambda *_: key, rate=rate, increment=True
    )
    return usage
