from dataclasses import dataclass
from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from hindsight.db.ids import id_in
from orgs.models import EventKind
from staff.login.sessions import browser_of, end_all_sessions, end_session, sessions_of
from staff.security_events import record_act


@dataclass(frozen=True)
class Row:
    """The key of the session stays on the server."""

    session: UserSession
    browser: str
    is_this: bool


def rows_of(request: HttpRequest, user: User) -> list[Row]:
    this = request.session.session_key
    found = sessions_of(user)
    return [Row(session, browser_of(session.user_agent), session.session_key == this) for session in found]


def end_chosen(request: HttpRequest, user: User) -> int:
    """Returns the number of ended sessions."""
    is_everywhere = "everywhere" in request.POST
    ended = end_all_sessions(user) if is_everywhere else end_session(user, id_in(request.POST.get("session", "")))
    if ended:
        where = f"Everywhere: {ended}." if is_everywhere else "One session."
        record_act(request, EventKind.LOGOUT, user, where)
    return ended


def sessions_view(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if request.method == "POST":
        return after_ending(request, end_chosen(request, user))
    shown = {"title": "Where you are logged in", "sessions": rows_of(request, user)}
    return TemplateResponse(request, "staff/login/sessions.html", {**admin.site.each_context(request), **shown})


def after_ending(request: HttpRequest, ended: int) -> HttpResponse:
    if not request.session.exists(str(request.session.session_key)):
        logout(request)
        messages.success(request, "You are logged out.")
        return HttpResponseRedirect(reverse("admin:login"))
    messages.success(request, in_words(ended))
    return HttpResponseRedirect(reverse("admin:sessions"))


def in_words(ended: int) -> str:
    return f"{ended} session{'s were' if ended != 1 else ' was'} ended."
