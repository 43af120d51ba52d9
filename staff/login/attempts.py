"""Limits on guessing passwords and codes.

An attempt is counted before the password is checked, so that concurrent guesses cannot exceed the limit.
"""

import math
from collections.abc import Mapping
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hindsight.http.proxies import client_of
from hindsight.limits.rate_limits import hit
from orgs.models import EventKind
from staff.security_events import record_attempt

Response = TypeVar("Response", bound=HttpResponseBase)
Limits = Mapping[str, tuple[int, int]]

# Attempts, and minutes. They are counted in this order, up to the first refusal. So an address over its own limit does
# not add to the count of a login, and cannot lock the login's owner out.
ATTEMPTS: Limits = {
    "login and address": (10, 5),
    "address": (30, 5),
    "login": (50, 5),
}
# After the right password. A code has 6 digits, and three of them are valid at a time.
CODE_ATTEMPTS: Limits = {"login, for codes": (5, 5)}
# A login with a passkey alone counts twice: its challenge stores a session, and its answer is verified.
PASSKEY_ATTEMPTS: Limits = {"address, for passkeys": (60, 5)}
# By the address of the client, and by the email address.
LINK_ATTEMPTS: Limits = {"address": (30, 5), "login, for links": (3, 5)}


def refuse_too_many_attempts(request: HttpRequest, login: str, limits: Limits = ATTEMPTS) -> None:
    """Counts an attempt. Raises ValidationError over a limit; `throttled()` then makes the response a 429."""
    address, login = client_of(request.META["REMOTE_ADDR"]), login.casefold()
    for heading, (limit, minutes) in limits.items():
        key = f"{login} {address}" if heading == "login and address" else login
        key = address if heading.startswith("address") else key
        count, seconds = hit(request, f"staff login: {heading}", key, limit, minutes)
        if count > limit:
            detail = f"More than {limit} attempts by {heading} in {minutes} minutes."
            record_attempt(request, EventKind.LOCK_OUT, login, detail, is_stored=count == limit + 1)
            request.seconds_to_wait = seconds  # type: ignore[attr-defined]
            wait = math.ceil(seconds / 60)
            text = f"Too many attempts. Wait {wait} minute{'s' if wait > 1 else ''}, then try again."
            raise ValidationError(text, code="throttled")


def throttled(request: HttpRequest, response: Response) -> Response:
    if seconds_to_wait := getattr(request, "seconds_to_wait", 0):
        response.status_code = 429
        response["Retry-After"] = str(seconds_to_wait)
    return response
