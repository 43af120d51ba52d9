"""What a session has authenticated with. allauth records the steps of its own views; the rest is recorded here."""

import time
from operator import itemgetter
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

OWN = "staff_authentication"  # in the session


def record(request: HttpRequest, user: Any, method: str, **details: Any) -> None:
    earlier = request.session.get(OWN, [])
    request.session[OWN] = [*earlier, {"user": user.pk, "method": method, "at": time.time(), **details}]


def records_of(request: HttpRequest, user: Any) -> list[dict[str, Any]]:
    """The oldest first."""
    own = [each for each in request.session.get(OWN, []) if each["user"] == user.pk]
    return sorted([*get_authentication_records(request, user), *own], key=itemgetter("at"))
