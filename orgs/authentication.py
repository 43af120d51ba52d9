"""Which API keys are valid. Every API request needs one, so the lookup is raw SQL (decision 2)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NoReturn, cast

from django.db import connection
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from hindsight.api.errors import Unauthorized
from hindsight.api.json_bodies import Response
from hindsight.api.pagination import Listing, page_of
from hindsight.api.throttling import ANY_SCOPE, refuse
from hindsight.db.statements import fetch_row
from hindsight.http.logs import current_request_id
from hindsight.http.middleware import add_log_fields, remove_response_headers
from hindsight.limits.rate_limits import Memory, unauthenticated_limiter
from orgs import keys
from orgs.actors import Actor, ActorKind
from orgs.models import ApiKey
from orgs.plans import requests_per_minute

SCOPE_OF_METHOD: Mapping[str, str] = {"GET": "read", "HEAD": "read", "POST": "write", "PUT": "write", "PATCH": "write"}

# Limits the writes of `last_used_at`.
LAST_USED_PRECISION = timedelta(minutes=1)

_VALID_KEY = """
FROM orgs_apikey AS api_key
JOIN orgs_org AS org ON org.id = api_key.org_id
WHERE api_key.digest = %(digest)s
  AND api_key.revoked_at IS NULL
  AND (api_key.expires_at IS NULL OR api_key.expires_at > %(now)s)
  AND org.is_active
"""

FIND_VALID_KEY = f"""
SELECT api_key.id, api_key.prefix, org.id, org.slug, org.plan, org.own_rate_limit, api_key.scopes,
       api_key.last_used_at > %(recently)s
{_VALID_KEY}
"""

# A condition with the parameters of `key_parameters`.
KEY_IS_VALID = f"EXISTS (SELECT 1 {_VALID_KEY})"


@dataclass(frozen=True)
class Principal:
    """A valid key, as `request.auth` and `request.user`. `org` is the slug.

    `is_remembered`: the statement of the view verifies the key (decision 2).
    """

    key_id: int
    prefix: str
    org_id: int
    org: str
    requests_per_minute: int
    scopes: str
    digest: str
    is_remembered: bool = False
    is_authenticated = True
    is_anonymous = False

    @property
    def is_test(self) -> bool:
        return keys.is_test_key(self.prefix)

    @property
    def rate_limit_key(self) -> str:
        return str(self.org_id)

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.API_KEY, self.prefix, current_request_id())

    def may(self, method: str, scope: str | None) -> bool:
        """`scope`: of the view; None: of the method. Unknown methods are refused later, with 405."""
        needed = SCOPE_OF_METHOD.get(method, ANY_SCOPE) if scope is None else scope
        return needed == ANY_SCOPE or needed in self.scopes.split()

    def verify(self, request: Request) -> None:
        """Raises Unauthorized or RateLimitExceeded."""
        if self.is_remembered and verify_key(self.digest) is None:
            refuse_key(request, self.digest)


REMEMBERED_SECONDS = 60
# With the time.monotonic() until which a key is remembered.
_remembered: Memory[str, tuple[Principal, float]] = Memory()


def remembered_key(digest: str) -> Principal | None:
    """A key that was valid at most REMEMBERED_SECONDS ago."""
    key, ends_at = _remembered.get(digest) or (None, 0.0)
    return key if time.monotonic() < ends_at else None


def forget_keys() -> None:
    """For tests."""
    _remembered.clear()


def key_parameters(digest: str | None) -> dict[str, Any]:
    return {"digest": digest, "now": connection.ops.adapt_datetimefield_value(timezone.now())}


def verify_key(digest: str) -> Principal | None:
    """Returns the key, remembers it, and updates `last_used_at`.

    Returns None if the key is unknown, revoked or expired, or its org is suspended.
    """
    recently = connection.ops.adapt_datetimefield_value(timezone.now() - LAST_USED_PRECISION)
    row = fetch_row(FIND_VALID_KEY, {**key_parameters(digest), "recently": recently})
    if row is None:
        _remembered.forget(digest)
        return None
    key_id, prefix, org_id, org, plan, own_rate_limit, scopes, used_recently = row
    if not used_recently:
        ApiKey.objects.filter(pk=key_id).update(last_used_at=timezone.now())
    key = Principal(key_id, prefix, org_id, org, requests_per_minute(plan, own_rate_limit), scopes, digest)
    _remembered.add(digest, (replace(key, is_remembered=True), time.monotonic() + REMEMBERED_SECONDS))
    return key


def principal_of(request: Request) -> Principal:
    return cast(Principal, request.auth)


class ApiKeyAuthentication(BaseAuthentication):
    """Raises Unauthorized, or RateLimitExceeded after too many requests without a valid key."""

    def authenticate(self, request: Request) -> tuple[Principal, Principal]:
        digest = digest_in(request)
        if exceeded := unauthenticated_limiter.exceeded_usage(request._request, digest):
            refuse(request._request, exceeded)
        if digest is None:
            refuse_key(request, digest)
        verifies = request.method in request.parser_context["view"].verifying_methods
        remembered = remembered_key(digest) if verifies else None
        principal = remembered or verify_key(digest)
        if principal is None:
            refuse_key(request, digest)
        unauthenticated_limiter.remember_valid(digest, f"org {principal.org_id}")
        add_log_fields(request._request, org=principal.org, api_key=principal.prefix)
        return principal, principal

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def refuse_key(request: Request, digest: str | None) -> NoReturn:
    """Raises Unauthorized or RateLimitExceeded."""
    usage = unauthenticated_limiter.count_failure(request._request, digest)
    if usage.exceeded:
        refuse(request._request, usage)
    remove_response_headers(request._request)  # of the limit of an org whose key was valid a minute ago
    raise Unauthorized


def digest_in(request: Request) -> str | None:
    """Returns None if the key is missing or malformed."""
    scheme, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key.isascii():
        return None
    digest = keys.digest_of(key)
    # A remembered key was well-formed. The checksum takes longer than the digest.
    return digest if remembered_key(digest) or keys.is_well_formed(key) else None


def page_response(listing: Listing[Any], query: dict[str, Any], request: Request) -> Response:
    principal = principal_of(request)
    rows, next_cursor = page_of(listing, query, org_id=principal.org_id, **key_parameters(principal.digest))
    if not rows:  # no row has verified the key
        principal.verify(request)
    return Response({"next_cursor": next_cursor, "data": [row.body() for row in rows]})
