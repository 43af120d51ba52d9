"""Whose a request is: of an org, an interview, a person of the staff, or a client address.

One caller cannot keep a process busy (`hindsight/server/fair_queue.py`). So a client must not be able to choose its
caller: a credential counts if it was valid in this process before. Until then its requests are of the address.
"""

import re
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.conf import settings

from hindsight.http.proxies import client_address, client_of
from hindsight.limits.rate_limits import Memory, unauthenticated_limiter

# In a query, and in the two formats of a form.
_SURVEY_TOKEN = re.compile(rb'\btoken(?:=|"\r\n\r\n)([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])')
_SESSION = re.compile(rf"(?:^|;\s*){settings.SESSION_COOKIE_NAME}=([a-z0-9]+)")

_callers: Memory[str, str] = Memory()


def remember_caller(credential: str, caller: str) -> None:
    """`credential`: a survey token or the key of a session. Keys of the API are in `unauthenticated_limiter`."""
    digest = _digest(credential)
    if digest not in _callers:
        _callers.add(digest, caller)


def caller_of(environ: dict[str, Any]) -> str:
    if authorization := environ.get("HTTP_AUTHORIZATION"):
        key = authorization.partition(" ")[2].strip()
        caller = unauthenticated_limiter.valid.get(_digest(key))
    else:
        caller = _callers.get(_digest(_token_in(environ))) or _callers.get(_digest(_session_in(environ)))
    return caller or client_of(client_address(environ["REMOTE_ADDR"], environ.get("HTTP_X_FORWARDED_FOR", "")))


def _token_in(environ: dict[str, Any]) -> str:
    body = environ["wsgi.input"].getvalue() if isinstance(environ["wsgi.input"], BytesIO) else b""
    found = _SURVEY_TOKEN.search(environ["QUERY_STRING"].encode()) or _SURVEY_TOKEN.search(body)
    return found[1].decode() if found else ""


def _session_in(environ: dict[str, Any]) -> str:
    found = _SESSION.search(environ.get("HTTP_COOKIE", ""))
    return found[1] if found else ""


def _digest(credential: str) -> str:
    return sha256(credential.encode()).hexdigest()
