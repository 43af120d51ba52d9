"""Log lines: the id of the request, and no secrets.

Exception messages are not logged: a database error quotes the row. Of Django's messages about a request, only method,
path and status are: they quote the path, the Host or the Referer. Of a path, only constants of the URLconf and ids of
objects are shown. Queries are not shown.
"""

import json
import logging
import re
import secrets
import traceback
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}")

# Ids stand in our logs and in those of proxies. A secret is a key of ours, a JSON Web Token, or 32 random characters in
# base 62, 64 or 36, such as a survey token or a session key. UUIDs, hexadecimal ids and ULIDs do not match.
SECRET = re.compile(
    r"hsk_|whsec_|eyJ"
    r"|(?=[a-z0-9_-]*[A-Z])(?=[A-Z0-9_-]*[a-z])[A-Za-z0-9_-]{32}"
    r"|(?=[a-f0-9]*[g-z])[a-z0-9]{32}"
)

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Empty outside a request."""
    return _request_id.get()


def begin_request(proposed: str | None) -> str:
    is_kept = proposed and WELL_FORMED.fullmatch(proposed) and not SECRET.search(proposed)
    request_id = proposed if proposed and is_kept else secrets.token_hex(16)
    _request_id.set(request_id)
    return request_id


PROBES = ("/healthz", "/readyz")  # paths that are not in the URLconf

HIDDEN = "*"
ID = re.compile("[0-9]{1,19}")

# For messages of libraries. The key must be in the text: searching for it is much faster than re.
VALUE = r"[^\s&\"'<>]+"
SECRETS = {
    "hsk_": re.compile("(hsk_(?:test_)?[0-9A-Za-z]{8})[0-9A-Za-z]+"),
    "whsec_": re.compile("(whsec_)[0-9A-Za-z+/=]+"),
    "?": re.compile(rf"(\?[\w.-]+=){VALUE}"),
    "&": re.compile(rf"(&[\w.-]+=){VALUE}"),
}


def logged_path(request: HttpRequest) -> str:
    constants, parts = _constants(), request.path.split("/")
    if constants.issuperset(parts):
        return request.path
    ids = _ids_in(request)
    return "/".join(part if part in constants or part in ids else HIDDEN for part in parts)


def without_secrets(text: str) -> str:
    for part, pattern in SECRETS.items():
        if part in text:
            text = pattern.sub(rf"\1{HIDDEN}", text)
    return text


def _ids_in(request: HttpRequest) -> set[str]:
    match = request.resolver_match
    if match is None or match.url_name is None:  # routes for unknown paths have no name
        return set()
    return {text for value in match.kwargs.values() if ID.fullmatch(text := str(value))}


@cache
def _constants() -> frozenset[str]:
    outside = {"", settings.STATIC_URL.strip("/"), *(path.strip("/") for path in PROBES)}
    return frozenset(outside.union(_constants_in(get_resolver().url_patterns)))


def _constants_in(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    for each in patterns:
        if isinstance(each.pattern, RoutePattern):
            yield from (part for part in str(each.pattern).split("/") if "<" not in part)
        if isinstance(each, URLResolver):
            yield from _constants_in(each.url_patterns)


ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# Of `extra=`.
EXTRA_FIELDS = (
    "duration_ms",
    "org",
    "api_key",
    # Of interviews.paige.model.asking.
    "outcome",
    "fallback",
    # Of security events: see orgs.security_events.
    "event",
    "actor_kind",
    "actor",
    "subject_type",
    "subject",
    "detail",
    "address",
)


class BaseFormatter(logging.Formatter):
    """Causes come before the exceptions that they caused."""

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802
        parts: list[str] = []
        error, seen = ei[1], set[int]()
        while error is not None and id(error) not in seen:  # exception chains can be cyclic
            seen.add(id(error))
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.insert(0, f"{frames}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "\n-- then --\n".join(parts)

    def message(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            return f"{request.method} {logged_path(request)} {getattr(record, 'status_code', '')}"
        return record.getMessage()

    def fields(self, record: logging.LogRecord, *names: str) -> dict[str, Any]:
        request_id, logged = current_request_id(), vars(record)
        values = {name: logged[name] for name in names if logged.get(name) not in (None, "")}
        return {"request_id": request_id, **values} if request_id else values


class TextFormatter(BaseFormatter):
    """`12:00:00 INFO hindsight.access: GET /api/v1/interviews/1 200 (request_id=… org=acme)`"""

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{name}={value}" for name, value in self.fields(record, *EXTRA_FIELDS).items())
        time = datetime.fromtimestamp(record.created, UTC).time().isoformat("seconds")
        line = f"{time} {record.levelname} {record.name}: {self.message(record)}{f' ({extra})' if extra else ''}"
        return without_secrets(f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line)


class JSONFormatter(BaseFormatter):
    ENCODER = json.JSONEncoder(ensure_ascii=False)

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": self.message(record),
            **self.fields(record, "method", "path", "status", *EXTRA_FIELDS),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return without_secrets(self.ENCODER.encode(line))
