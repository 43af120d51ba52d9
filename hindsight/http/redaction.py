"""Keeps secrets in URLs out of log lines: the token of a link, or a key that was pasted into a path.

Of a path, only constants of the URLconf and ids of objects are shown. Queries are not shown.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from hindsight.http.probes import PROBES

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


def request_line(request: HttpRequest, status: int | str) -> str:
    return f"{request.method} {logged_path(request)} {status}"


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
