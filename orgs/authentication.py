from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from hindsight.api.errors import Unauthorized
from hindsight.api.throttling import ANY_SCOPE, refuse
from hindsight.http.middleware import add_log_fields, remove_response_headers
from hindsight.http.request_ids import current_request_id
from hindsight.limits.unauthenticated import unauthenticated_limiter
from orgs import keys
from orgs.actors import Actor, ActorKind
from orgs.key_verification import VerifiedKey, remembered_key, verify_key

SCOPE_OF_METHOD: Mapping[str, str] = {"GET": "read", "HEAD": "read", "POST": "write", "PUT": "write", "PATCH": "write"}


@dataclass(frozen=True)
class Principal:
    """`request.auth` and `request.user`. `is_remembered`: the statement of the view verifies the key (decision 2)."""

    api_key: VerifiedKey
    digest: str = ""
    is_remembered: bool = False
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

    def may(self, method: str, scope: str | None) -> bool:
        """`scope`: of the view; None: of the method. Unknown methods are refused later, with 405."""
        needed = SCOPE_OF_METHOD.get(method, ANY_SCOPE) if scope is None else scope
        return needed == ANY_SCOPE or needed in self.api_key.scopes.split()

    def verify(self, request: Request) -> None:
        """Raises Unauthorized or RateLimitExceeded."""
        if self.is_remembered and verify_key(self.digest) is None:
            refuse_key(request, self.digest)

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
        if digest is None:
            refuse_key(request, digest)
        verifies = request.method in request.parser_context["view"].verifying_methods
        remembered = remembered_key(digest) if verifies else None
        api_key = remembered or verify_key(digest)
        if api_key is None:
            refuse_key(request, digest)
        unauthenticated_limiter.remember_valid(digest, f"org {api_key.org_id}")
        add_log_fields(request._request, org=api_key.org, api_key=api_key.prefix)
        principal = Principal(api_key, digest, is_remembered=remembered is not None)
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
