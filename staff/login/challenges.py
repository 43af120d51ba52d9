"""The challenges of passkeys: each step of a login accepts only the answer to its own (decision 43)."""

import time
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from allauth.account import app_settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]

STATE = "mfa.webauthn.state"  # in which allauth keeps the only challenge of a session


class Step(StrEnum):
    """The values are keys of the session."""

    LOGIN = "passkey: login"
    SECOND_FACTOR = "passkey: second factor"
    CONFIRMATION = "passkey: confirmation"
    SET_UP = "passkey: set-up"


def accepts_own_challenge(step: Step) -> Callable[[View], View]:
    """Decorates a view of allauth that makes or accepts challenges."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            drop_ended_challenges(request)
            request.session.pop(STATE, None)  # of a session from before each step had its own
            begun = request.session.get(step) if request.method == "POST" else None
            if begun:
                request.session[STATE] = begun["state"]
            try:
                response = view(request, *args, **kwargs)
            finally:
                made = request.session.pop(STATE, None)
            if begun:  # not if the view has asked for the password first: allauth then repeats the request
                request.session.pop(step, None)
            if made and made != (begun or {}).get("state"):
                request.session[step] = {"state": made, "at": time.time()}
            drop_ended_challenges(request)
            return response

        return run

    return decorate


def clear_challenges(request: HttpRequest, **kwargs: Any) -> None:
    for step in Step:
        request.session.pop(step, None)


def drop_ended_challenges(request: HttpRequest) -> None:
    since = time.time() - app_settings.LOGIN_TIMEOUT
    for step in Step:
        if step in request.session and request.session[step]["at"] < since:
            del request.session[step]
