"""Sends requests to URLs of customers, without reaching the own network (SSRF).

microsoft-antissrf checks every address of the host, and connects to the address that it has checked.
"""

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from threading import Event, Thread
from typing import Any, NewType
from urllib.parse import urlsplit

import requests
from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, PolicyConfigOptions
from AntiSSRF._antissrf_agent import _AntiSSRFAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from urllib3.exceptions import HTTPError

from webhooks.models import Outcome
from webhooks.models.endpoint import MAX_URL_LENGTH

Url = NewType("Url", str)  # by clean_url()

TIMEOUT_SECONDS = 15
CUT_OFF_SECONDS = 0.1
MAX_RESPONSE_BYTES = 64 * 1024
USER_AGENT = "Hindsight-Webhooks/1"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
# Not in the library's list: IPv6 addresses that contain an IPv4 address, and everything that is not global unicast.
MORE_DENIED = ("::/96", "::ffff:0:0:0/96", "4000::/2", "8000::/1")

# An endpoint cannot answer with these: they describe what went wrong before.
FAILURES: tuple[tuple[type[Exception], Outcome], ...] = (
    (AntiSSRFError, Outcome.FORBIDDEN),
    (socket.gaierror, Outcome.UNKNOWN_HOST),
    (UnicodeError, Outcome.UNKNOWN_HOST),
    (requests.exceptions.SSLError, Outcome.NOT_TRUSTED),
    (requests.exceptions.Timeout, Outcome.TIMED_OUT),
    (Exception, Outcome.UNREACHABLE),
)


@dataclass(frozen=True)
class Result:
    """`status`: of HTTP; None without an answer. `retry_after`: the header, or an empty text."""

    outcome: Outcome
    duration: timedelta
    status: int | None = None
    retry_after: str = ""


class Adapter(_AntiSSRFAdapter):  # type: ignore[misc]  # the library is not typed
    """Adds a limit for the whole request. The time-outs of requests start anew with each byte."""

    connection: Any = None
    is_cut_off = False

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        new_connection = pool.ConnectionCls

        def remembered(*args: Any, **kwargs: Any) -> Any:
            self.connection = new_connection(*args, **kwargs)
            return self.connection

        pool.ConnectionCls = remembered
        return pool

    def add_headers(self, request: requests.PreparedRequest, **kwargs: Any) -> None:
        request.headers["Host"] = urlsplit(str(request.url)).netloc  # the library omits the port

    def cut_off(self, is_done: Event) -> None:
        """Again and again after the limit, because the connection may be opened only then: names may resolve slowly."""
        if is_done.wait(TIMEOUT_SECONDS):
            return
        self.is_cut_off = True
        while not is_done.wait(CUT_OFF_SECONDS):
            if self.connection is not None and self.connection.sock is not None:
                with suppress(OSError):
                    self.connection.sock.shutdown(socket.SHUT_RDWR)


@cache
def policy(*, development: bool) -> AntiSSRFPolicy:
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.add_xff_header = False
    policy.add_denied_addresses(list(MORE_DENIED))
    if development:
        policy.add_allowed_addresses(["127.0.0.0/8", "::1/128"])
        policy.allow_plain_text_http = True
    return policy


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
    is_local = settings.DEVELOPMENT and scheme == "http" and host in LOOPBACK_NAMES
    if not host or port == 0 or not (scheme == "https" or is_local):
        local = " In development, http:// on this machine is allowed too." if settings.DEVELOPMENT else ""
        raise ValidationError(f"Enter a URL that begins with https://, such as https://example.com/hooks.{local}")
    if "@" in parts.netloc or parts.fragment:
        raise ValidationError("The URL must not contain a login, a password or a fragment (#).")
    _check_addresses(url, host)
    return Url(url)


def _check_addresses(url: str, host: str) -> None:
    """Prepares a connection, which resolves and checks the host, without opening it."""
    try:
        request = requests.Request("POST", url).prepare()
        _adapter().get_connection_with_tls_context(request, verify=True)
    except AntiSSRFError:
        raise ValidationError(
            f"{host} has an address that is not public (private, loopback, link-local or reserved). Webhooks are sent "
            "only to public addresses."
        ) from None
    except (OSError, ValueError):  # requests' errors are OSErrors; UnicodeError is a ValueError
        raise ValidationError(f"The host name {host} does not resolve. Check the spelling.") from None


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Result:
    """Takes at most TIMEOUT_SECONDS, or if opening the connection takes longer, until the connection is open.

    To open it, the system needs the time that the name takes to resolve, and at most TIMEOUT_SECONDS.
    """
    adapter, start, is_done = _adapter(), time.monotonic(), Event()
    Thread(target=adapter.cut_off, args=[is_done], daemon=True).start()

    def elapsed() -> timedelta:
        return timedelta(seconds=time.monotonic() - start)

    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxies and no passwords from the environment
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            status, retry_after = _exchange(session, adapter, url, body, headers)
    except Exception as error:  # whatever a server sends, the worker goes on
        outcome = next(outcome for kind, outcome in FAILURES if isinstance(error, kind))
        is_late = elapsed() >= timedelta(seconds=TIMEOUT_SECONDS)
        return Result(Outcome.TIMED_OUT if is_late else outcome, elapsed())
    finally:
        is_done.set()
    return Result(_outcome_of(status), elapsed(), status, retry_after)


def _exchange(
    session: requests.Session, adapter: Adapter, url: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, str]:
    with session.post(
        url,
        data=body,
        headers={"Content-Type": "application/json", "User-Agent": USER_AGENT, **headers},
        allow_redirects=False,
        stream=True,
        timeout=TIMEOUT_SECONDS,
    ) as response:
        if adapter.is_cut_off:  # to http.client, headers that break off are complete
            raise requests.Timeout
        # An answer whose body breaks off has a status all the same.
        with suppress(HTTPError, OSError):
            response.raw.read(MAX_RESPONSE_BYTES, decode_content=False)
        return response.status_code, response.headers.get("Retry-After", "")


def _outcome_of(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.ACCEPTED
    return Outcome.REDIRECTED if 300 <= status < 400 else Outcome.REFUSED


def _adapter() -> Adapter:
    return Adapter(policy(development=settings.DEVELOPMENT))
