"""django-allauth's table of sessions is for display: what a login may do depends only on Django's sessions.

The session length is SESSION_COOKIE_AGE in hindsight/settings.py.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter, itemgetter
from typing import Any, cast

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from hindsight.db.ids import id_in
from orgs.models import EventKind
from staff.security_events import record_act

LAST_USED_PRECISION = timedelta(minutes=1)

# By what a browser's User-Agent contains. The first match counts: most browsers also name others, such as Safari.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    **{"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad"},
    **{"Mac OS X": "macOS", "CrOS": "ChromeOS", "Linux": "Linux"},
}
UNKNOWN_LENGTH = 40

# What the session has authenticated with. allauth records the steps of its own views elsewhere in the session.
OWN_RECORDS = "staff_authentication"


def record(request: HttpRequest, user: Any, method: str, **details: Any) -> None:
    earlier = request.session.get(OWN_RECORDS, [])
    request.session[OWN_RECORDS] = [*earlier, {"user": user.pk, "method": method, "at": time.time(), **details}]


def records_of(request: HttpRequest, user: Any) -> list[dict[str, Any]]:
    """The oldest first."""
    own = [each for each in request.session.get(OWN_RECORDS, []) if each["user"] == user.pk]
    return sorted([*get_authentication_records(request, user), *own], key=itemgetter("at"))


def record_use(request: HttpRequest) -> None:
    """Asks the database once a minute in each process, and writes once a minute. Raises no database errors."""
    key = request.session.session_key
    if not cache.add(f"session-used-{key}", True, timeout=LAST_USED_PRECISION.total_seconds()):
        return
    recently = timezone.now() - LAST_USED_PRECISION
    with suppress(DatabaseError):  # a page that only reads works while the database cannot be written
        if not UserSession.objects.filter(session_key=key, user=request.user.pk, last_seen_at__gt=recently).exists():
            UserSession.objects.create_from_request(request)


def forget(*, request: HttpRequest, **kwargs: Any) -> None:
    if request.session.session_key:
        UserSession.objects.filter(session_key=request.session.session_key).delete()


def end_all_sessions(user: User) -> int:
    """Also ends sessions that were not recorded. Returns how many there were."""
    live = Session.objects.filter(expire_date__gt=timezone.now())
    keys = [row.pk for row in live.iterator() if row.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=keys).delete()
    UserSession.objects.filter(user=user).delete()
    return len(keys)


def browser_of(user_agent: str) -> str:
    browser, system = (
        next((name for part, name in names.items() if part in user_agent), "") for names in (BROWSERS, SYSTEMS)
    )
    return " on ".join(filter(None, (browser, system))) or user_agent[:UNKNOWN_LENGTH] or "unknown"


@dataclass(frozen=True)
class Row:
    """The key of the session stays on the server."""

    session: UserSession
    browser: str
    is_this: bool


def rows_of(request: HttpRequest, user: User) -> list[Row]:
    """Only usable sessions, the last used first."""
    this = request.session.session_key
    found = sorted(UserSession.objects.purge_and_list(user), key=attrgetter("last_seen_at"), reverse=True)
    return [Row(session, browser_of(session.user_agent), session.session_key == this) for session in found]


def end_chosen(request: HttpRequest, user: User) -> int:
    """Returns the number of ended sessions."""
    if "everywhere" in request.POST:
        ended = end_all_sessions(user)
    elif chosen := UserSession.objects.filter(user=user, pk=id_in(request.POST.get("session", ""))).first():
        chosen.end()
        ended = 1
    else:
        ended = 0
    if ended:
        where = f"Everywhere: {ended}." if "everywhere" in request.POST else "One session."
        record_act(request, EventKind.LOGOUT, user, where)
    return ended


def sessions_view(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if request.method == "POST":
        ended = end_chosen(request, user)
        if request.session.exists(str(request.session.session_key)):
            messages.success(request, in_words(ended))
            return HttpResponseRedirect(reverse("admin:sessions"))
        logout(request)
        messages.success(request, "You are logged out.")
        return HttpResponseRedirect(reverse("admin:login"))
    shown = {"title": "Where you are logged in", "sessions": rows_of(request, user)}
    return TemplateResponse(request, "staff/login/sessions.html", {**admin.site.each_context(request), **shown})


def in_words(ended: int) -> str:
    return f"{ended} session{'s were' if ended != 1 else ' was'} ended."
