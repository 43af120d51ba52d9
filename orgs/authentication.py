from dataclasses import dataclass
from typing import cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from hindsight.api.errors import Unauthorized
from hindsight.api.throttling import refuse
from hindsight.http.middleware import add_log_fields
from hindsight.http.request_ids import current_request_id
from hindsight.limits.audit_budget import Budget
from hindsight.limits.unauthenticated import unauthenticated_limiter
from orgs import keys
from orgs.actors import Actor, ActorKind
from orgs.live_keys import LiveKey, use_live_key
from orgs.scopes import SCOPE_OF_METHOD


@dataclass
class Principal:
    """`request.auth` and `request.user` of an authenticated request.

    The throttle sets `audit_budget` of a write, unless there is no limit.
    """

    api_key: LiveKey
    audit_budget: Budget | None = None
    is_authenticated = True
    is_anonymous = False

    @property
    def org_id(self) -> int:
        return self.api_key.org_id

    @property
    def rate_limit_key(self) -> str:
        return str(self.api_key.org_id)

    @property
    def requests_per_minute(self) -> int:
        return self.api_key.requests_per_minute

    def may(self, method: str) -> bool:
        """Whether the key's scopes allow the HTTP method. Other methods are not refused here but with a 405."""
        scope = SCOPE_OF_METHOD.get(method)
        return scope is None or scope in self.api_key.scopes.split()

    @property
    def exceeded_budget(self) -> Budget | None:
        return self.audit_budget if self.audit_budget and self.audit_budget.exceeded else None

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.API_KEY, self.api_key.prefix, current_request_id())


def principal_of(request: Request) -> Principal:
    return cast(Principal, request.auth)


class ApiKeyAuthentication(BaseAuthentication):
    """Raises Unauthorized, or RateLimitExceeded after too many requests without a valid key."""

    def authenticate(self, request: Request) -> tuple[Principal, Principal]:
        digest = digest_in(request)
        if exceeded := unauthenticated_limiter.exceeded_usage(request._request, digest):
            refuse(request._request, exceeded)
        api_key = use_live_key(digest) if digest else None
        if digest is None or api_key is None:
            usage = unauthenticated_limiter.count_failure(request._request, digest)
            if usage.exceeded:
                refuse(request._request, usage)
            raise Unauthorized
        unauthenticated_limiter.remember_valid(digest)
        add_log_fields(request._request, org=api_key.org, api_key=api_key.prefix)
        principal = Principal(api_key)
        return principal, principal

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def digest_in(request: Request) -> str | None:
    """Returns the digest of the API key, or None if it is missing or malformed."""
    scheme, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    key = key.strip()
    return keys.digest_of(key) if scheme.lower() == "bearer" and keys.is_well_formed(key) else None
