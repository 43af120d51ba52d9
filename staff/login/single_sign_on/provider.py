"""HTTP requests to the identity provider, all by `without_holding()` (decision 41).

A call counts until its thread ends, also after the time limit: neither name resolution nor a slow response can be
interrupted.
"""

import json
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from threading import Lock
from typing import Any, TypeVar

import requests
from django.conf import settings

from hindsight.http.outgoing import OutgoingError, Slots, send
from hindsight.server.connections import connection_released
from hindsight.text import strict_json
from staff.checks import is_protected
from staff.login.single_sign_on import NOT_VALID, Refusal, Unavailable

Result = TypeVar("Result")
Json = dict[str, Any]

CALL_SECONDS = 6.0
REQUEST_SECONDS = 5.0  # of a call
FRESH_SECONDS = 10 * 60
RETRY_SECONDS = 5
MAX_RESPONSE_BYTES = 256 * 1024
WELL_KNOWN = "/.well-known/openid-configuration"
HEADERS = {"Accept": "application/json"}  # not "Accept-Encoding": responses are not decompressed

_slots = Slots(settings.OIDC_CONCURRENCY)
_lock = Lock()
# By URL: what the provider publishes, or None if it could not be fetched, and when.
_documents: dict[str, tuple[Json | None, float]] = {}


def without_holding(call: Callable[[], Result]) -> Result:
    """Raises Unavailable over the limits, and what the call raises. Must not be called in a transaction."""
    with connection_released():
        try:
            return _slots.run(call, CALL_SECONDS)
        except OutgoingError as error:
            raise Unavailable(f"The identity provider is unavailable: {error}.") from None


class Session(requests.Session):
    """Sends allauth's requests with our client."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env, self.headers = False, HEADERS  # type: ignore[assignment]  # any mapping

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """The response has status 200 and a JSON object. Raises Unavailable and Refusal."""
        url, body = str(request.url), str(request.body or "").encode()
        content = document(url) if request.method == "GET" else _fetched("POST", url, request.headers, body)
        if url == configuration_url():
            check_configuration(content)
        response = requests.Response()
        response.status_code, response.headers["Content-Type"] = 200, "application/json"
        response.raw = BytesIO(json.dumps(content).encode())
        return response


def document(url: str, seconds: float = FRESH_SECONDS) -> Json:
    """`seconds`: the greatest age. Concurrent calls fetch it once. Raises Unavailable and Refusal."""
    if kept := _kept(url, seconds):
        return kept
    with _lock:
        if kept := _kept(url, seconds):
            return kept
        _documents[url] = None, time.monotonic()
        content = _fetched("GET", url, HEADERS)
        _documents[url] = content, time.monotonic()
        return content


def _kept(url: str, seconds: float) -> Json | None:
    content, at = _documents.get(url, ({}, 0.0))
    age = time.monotonic() - at
    if content is None and age < RETRY_SECONDS:
        raise Unavailable("The identity provider has just failed.")
    return content if age < seconds else None


def _fetched(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Json:
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


def check_configuration(published: Json) -> None:
    """https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata. Raises Unavailable."""
    issuer, methods = published.get("issuer"), published.get("token_endpoint_auth_methods_supported", [])
    if not isinstance(issuer, str) or issuer.rstrip("/") != configuration_url().partition("/.well-known/")[0]:
        raise Unavailable("The identity provider's configuration names another issuer.")
    endpoints = map(published.get, ("authorization_endpoint", "token_endpoint", "jwks_uri"))
    if not isinstance(methods, list) or not all(map(is_protected, endpoints)):
        raise Unavailable("The identity provider's configuration is not valid.")


def configuration_url() -> str:
    url: str = settings.OIDC_SERVER_URL
    return url if "/.well-known/" in url else f"{url.rstrip('/')}{WELL_KNOWN}"
