"""Sends requests to URLs of customers, but not into our network: SSRF (decision 25)."""

import re
import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NewType
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from hindsight.http.outgoing import Address, OutgoingError, Response, Slots, checked_address, is_public, send
from hindsight.server.connections import connection_released
from webhooks.models import Outcome
from webhooks.models.endpoint import MAX_URL_LENGTH

Url = NewType("Url", str)  # by clean_url()

TIMEOUT_SECONDS = 15
MAX_RESPONSE_BYTES = 64 * 1024

# Of the part of an answer that staff see.
MAX_ANSWER_BYTES = 2048
MAX_HEADERS, MAX_HEADER_CHARACTERS = 40, 200
ANSWERS_KEPT = timedelta(days=7)
MASK = "(not kept)"

# Such as Set-Cookie, Authorization and X-Api-Key.
SECRET_HEADERS = re.compile("auth|cookie|credential|key|passw|secret|session|signature|token", re.IGNORECASE)
QUERY = re.compile(r"\?\S*")  # of the URL in Location, Link and others: it may have a token


@dataclass(frozen=True)
class Result:
    """`status`: of HTTP; None without an answer. `retry_after`: the header. `headers`: the kept ones, a line each."""

    outcome: Outcome
    duration: timedelta
    status: int | None = None
    retry_after: str = ""
    headers: str = ""
    body: str = ""


def is_allowed(address: Address) -> bool:
    return is_public(address) or (settings.DEVELOPMENT and address.is_loopback)


def clean_url(url: str) -> Url:
    """Raises ValidationError if webhooks must not be sent to the URL.

    Resolves the host name, which can take seconds: do not call it in a transaction.
    """
    url = url.strip()
    if not 0 < len(url) <= MAX_URL_LENGTH:
        raise ValidationError(f"Enter a URL of at most {MAX_URL_LENGTH} characters.")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValidationError("The URL contains characters that must be percent-encoded.")
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname, parts.scheme
        port = parts.port
    except ValueError:
        host, scheme, port = None, "", None
    is_local = settings.DEVELOPMENT and scheme == "http" and host in ("localhost", "127.0.0.1", "::1")
    if not host or port == 0 or not (scheme == "https" or is_local):
        local = " In development, http:// on this machine is allowed too." if settings.DEVELOPMENT else ""
        raise ValidationError(f"Enter a URL that begins with https://, such as https://example.com/hooks.{local}")
    if "@" in parts.netloc or parts.fragment:
        raise ValidationError("The URL must not contain a login, a password or a fragment (#).")
    _check_addresses(host)
    return Url(url)


# Name resolution cannot be interrupted: host names that customers and staff enter hold few threads of a process.
RESOLVE_OF_CALLER = 2
RESOLVE_SECONDS = 5
_resolving = Slots(settings.RESOLVE_CONCURRENCY, RESOLVE_OF_CALLER)


def clean_url_in_time(url: str, *, caller: Hashable) -> Url:
    """As `clean_url`, but holds no database connection. Must not be called in a transaction.

    Also raises ValidationError if the host name does not resolve in time, or while others of the caller do not.
    """
    try:
        with connection_released():
            return _resolving.run(lambda: clean_url(url), RESOLVE_SECONDS, caller)
    except OutgoingError:
        raise ValidationError("The host name did not resolve in time. Try again in a minute.") from None


def _check_addresses(host: str) -> None:
    try:
        checked_address(host, is_allowed)
    except (OSError, UnicodeError):  # one message, which does not tell which internal names exist
        raise ValidationError(
            f"{host} does not resolve to public addresses only. Check the spelling. Webhooks are not sent to private, "
            "loopback, link-local and reserved addresses."
        ) from None


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Result:
    """Takes as long as the name needs to resolve, and then at most TIMEOUT_SECONDS."""
    start, failure = time.monotonic(), Outcome.UNREACHABLE
    try:
        response: Response | None = send(
            "POST",
            url,
            seconds=TIMEOUT_SECONDS,
            max_bytes=MAX_RESPONSE_BYTES,
            headers={"Content-Type": "application/json", "User-Agent": "Hindsight-Webhooks/1", **headers},
            body=body,
            allows=is_allowed,
        )
    except OutgoingError as error:
        # A response whose body breaks off has a status all the same.
        response, failure = error.response, Outcome.__members__.get(error.reason.name, failure)
    duration = timedelta(seconds=time.monotonic() - start)
    if response is None:
        return Result(failure, duration)
    shown = [f"{name}: {_shown(name, value)}" for name, value in response.headers.items()]
    return Result(
        outcome=_outcome_of(response.status),
        duration=duration,
        status=response.status,
        retry_after=response.headers.get("Retry-After", ""),
        headers=_storable("\n".join(shown[:MAX_HEADERS])),
        body=_storable(response.body[:MAX_ANSWER_BYTES].decode(errors="replace")),
    )


def _outcome_of(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.ACCEPTED
    return Outcome.REDIRECTED if 300 <= status < 400 else Outcome.REFUSED


def _shown(name: str, value: str) -> str:
    if SECRET_HEADERS.search(name):
        return MASK
    return QUERY.sub(f"?{MASK}", " ".join(value.split()))[:MAX_HEADER_CHARACTERS]


def _storable(text: str) -> str:
    """PostgreSQL refuses NUL and surrogates, which http.client may return for headers."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
