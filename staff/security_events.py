from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import Error as DatabaseError
from django.http import HttpRequest

from hindsight.http.logs import current_request_id
from hindsight.limits.rate_limits import hit
from hindsight.metrics.instruments import FAILED_LOGINS
from orgs.actors import Actor, ActorKind
from orgs.models import EventKind
from orgs.security_events import log_event, new_event, record_security_event, record_security_events, store_if_possible

# Failed attempts that are stored, for each login in a number of minutes. Further ones are only logged. Logins that do
# not exist share one limit.
STORED_ATTEMPTS = (60, 5)


def staff_actor(username: str) -> Actor:
    return Actor(ActorKind.STAFF, username, current_request_id())


def actor_of(request: HttpRequest) -> Actor:
    return staff_actor(request.user.get_username())


def address_of(request: HttpRequest | None) -> str:
    return request.META.get("REMOTE_ADDR", "") if request else ""


def record_act(request: HttpRequest, kind: EventKind, about: Any = None, detail: str = "") -> None:
    record_security_event(kind, actor_of(request), address=address_of(request), about=about, detail=detail)


def record_acts(request: HttpRequest, kind: EventKind, rows: Iterable[Any], detail: str = "") -> None:
    """One event for each row, in one statement."""
    record_security_events(kind, actor_of(request), rows, address=address_of(request), detail=detail)


def record_attempt(
    request: HttpRequest, kind: EventKind, login: str, detail: str = "", *, is_stored: bool = True
) -> None:
    """Omits a login that does not exist: it could be a password. Raises no database errors."""
    FAILED_LOGINS.labels(kind.value).inc()
    username = ""
    try:
        if login:
            username = User.objects.filter(username__iexact=login).values_list("username", flat=True).first() or ""
    except DatabaseError:
        is_stored = False
    event = new_event(kind, staff_actor(username), detail=detail)
    log_event(event, address_of(request))
    limit, minutes = STORED_ATTEMPTS
    if is_stored and hit(request, "stored attempts", username, limit, minutes)[0] <= limit:
        store_if_possible(event)
