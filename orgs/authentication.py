"""API keys as REST framework's authentication."""

from dataclasses import dataclass
from typing import cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from hindsight.api.errors import Unauthorized
from hindsight.api.rate_limits import guess_limiter
from hindsight.api.request_ids import current_request_id
from orgs import keys
from orgs.actors import Actor, ActorKind
from orgs.models import ApiKey
from orgs.services import touch_api_key


@dataclass(frozen=True)
class Principal:
    """`request.auth`, and `request.user`, of a request that brought a valid key."""

    api_key: ApiKey
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
        return self.api_key.org.requests_per_minute

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.API_KEY, self.api_key.prefix, current_request_id())


def principal_of(request: Request) -> Principal:
    """Who asks, in a view that ApiKeyAuthentication guards."""
    return cast(Principal, request.auth)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`. Raises Unauthorized, or RateLimitExceeded in a flood of guesses."""

    def authenticate(self, request: Request) -> tuple[Principal, Principal]:
        api_key = self.find(request)
        if api_key is None:
            guess_limiter.failed(request._request)
            raise Unauthorized
        guess_limiter.succeeded(api_key.digest)
        touch_api_key(api_key)
        request._request.log_fields = {"org": api_key.org.slug, "api_key": api_key.prefix}  # type: ignore[attr-defined]
        principal = Principal(api_key)
        return principal, principal

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def find(self, request: Request) -> ApiKey | None:
        scheme, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        key = key.strip()
        digest = keys.digest_of(key) if scheme.lower() == "bearer" and keys.is_well_formed(key) else None
        guess_limiter.check(request._request, digest)
        if digest is None:
            return None
        try:
            found = ApiKey.objects.select_related("org").get(digest=digest)
        except ApiKey.DoesNotExist:
            return None
        return found if found.is_live and found.org.is_active else None
