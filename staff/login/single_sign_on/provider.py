"""HTTP requests to the identity provider, all by `without_holding()` (decision 41).

A call counts until its thread ends, also after the time limit: neither name resolution nor a slow response can be
interrupted.
"""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from hindsight.http.outgoing import OutgoingError, Slots, send
from hindsight.server.pool import connection_released
from hindsight.text import strict_json
from interviews.checks import LOOPBACK
from staff.login.single_sign_on.refusals import NOT_VALID, Refusal, Unavailable

Result = TypeVar("Result")
Json = dict[str, Any]

CALL_SECONDS = 6.0
REQUEST_SECONDS = 5.0  # of a call
FRESH_SECONDS = 10 * 60
RETRY_SECONDS = 5
MAX_RESPONSE_BYTES = 256 * 1024
WELL_KNOWN = "/.well-known/openid-configuration"

_slots = Slots(settings.OIDC_CONCURRENCY)


def without_holding(call: Callable[[], Result]) -> Result:
    """Raises Unavailable over the limits, and what the call raises. Must not be called in a transaction."""
    with connection_released():
        try:
            return _slots.run(call, CALL_SECONDS)
        except OutgoingError as error:
            raise Unavailable(f"The identity provider is unavailable: {error}.") from None


class Document:
    """A JSON object that the provider publishes. Concurrent calls fetch it once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = Lock()
        self._content: Json | None = None
        self._fetched_at = self._failed_at = float("-inf")

    def kept(self, seconds: float = FRESH_SECONDS) -> Json | None:
        is_fresh = time.monotonic() - self._fetched_at < seconds
        return self._content if is_fresh else None

    def get(self, seconds: float = FRESH_SECONDS) -> Json:
        """`seconds`: the greatest age. Raises Unavailable."""
        with self._lock:
            return self.kept(seconds) or self._fetched()

    def _fetched(self) -> Json:
        if time.monotonic() - self._failed_at < RETRY_SECONDS:
            raise Unavailable("The identity provider has just failed.")
        try:
            self._content = fetch("GET", self.url)
        except Refusal:
            self._failed_at = time.monotonic()
            raise
        self._fetched_at = time.monotonic()
        return self._content


_documents: dict[str, Document] = {}


def document(url: str) -> Document:
    return _documents.setdefault(url, Document(url))


def configuration() -> "Configuration":
    published = document(_configuration_url())
    return Configuration(published.kept() or without_holding(published.get))


def waited_configuration() -> "Configuration":
    """Raises Unavailable. For calls that run in `without_holding()`."""
    return Configuration(document(_configuration_url()).get())


class Configuration:
    """https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata"""

    def __init__(self, published: Json) -> None:
        self._published = published

    @property
    def issuer(self) -> str:
        """It must be the URL that the operator has set."""
        issuer = self._published.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != _issuer_url():
            raise Unavailable("The identity provider's configuration names another issuer.")
        return issuer

    def endpoint(self, name: str) -> str:
        url = self._published.get(name)
        if not isinstance(url, str) or not _is_protected(url):
            raise Unavailable(f"The identity provider's configuration has no valid {name}.")
        return url

    @property
    def takes_basic_authentication(self) -> bool:
        methods = self._published.get("token_endpoint_auth_methods_supported")
        named = methods if isinstance(methods, list) else []
        return "client_secret_basic" in named and "client_secret_post" not in named


def exchange(configured: Configuration, *, code: str, code_verifier: str, redirect_uri: str) -> object:
    """Returns the unverified ID token."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    client, secret = settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET
    if configured.takes_basic_authentication:
        headers["Authorization"] = f"Basic {b64encode(f'{client}:{secret}'.encode()).decode()}"
    else:
        form |= {"client_id": client, "client_secret": secret}
    body = urlencode({**form, "code_verifier": code_verifier}).encode()
    return fetch("POST", configured.endpoint("token_endpoint"), headers, body).get("id_token")


def fetch(method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Json:
    """Requires status 200. Raises Unavailable and Refusal."""
    headers = {"Accept": "application/json", **(headers or {})}
    try:
        response = send(method, url, seconds=REQUEST_SECONDS, max_bytes=MAX_RESPONSE_BYTES, headers=headers, body=body)
    except OutgoingError as error:
        raise Unavailable(f"The identity provider is unavailable: {error}.") from None
    if response.status >= 500:
        raise Unavailable(f"The identity provider answered {response.status}.")
    try:
        content = strict_json.parse(response.body)
    except strict_json.JSONError:
        content = None
    if response.status != 200 or not isinstance(content, dict):
        raise Refusal(NOT_VALID, f"Single sign-on: the provider answered {response.status}, or no JSON object.")
    return content


def _configuration_url() -> str:
    url: str = settings.OIDC_SERVER_URL
    return url if "/.well-known/" in url else f"{url.rstrip('/')}{WELL_KNOWN}"


def _issuer_url() -> str:
    return _configuration_url().partition("/.well-known/")[0]


def _is_protected(url: str) -> bool:
    """Plain HTTP is for a provider on this machine, as in `staff.checks`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
