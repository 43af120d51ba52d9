"""django-allauth's table of sessions is for display: what a login may do depends only on Django's sessions.

The session length is SESSION_COOKIE_AGE in hindsight/settings.py.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.utils import timezone

LAST_USED_PRECISION = timedelta(minutes=1)

# By what a browser's User-Agent contains. The first match counts: most browsers also name others, such as Safari.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    **{"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad"},
    **{"Mac OS X": "macOS", "CrOS": "ChromeOS", "Linux": "Linux"},
}
UNKNOWN_LENGTH = 40


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


def sessions_of(user: User) -> list[UserSession]:
    """Only usable sessions, the last used first."""
    found = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda session: session.last_seen_at, reverse=True)


def end_session(user: User, session_id: int) -> int:
    found = UserSession.objects.filter(user=user, pk=session_id).first()
    if found:
        found.end()
    return int(found is not None)


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
