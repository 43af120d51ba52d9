from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from hindsight.api.errors import Forbidden, RateLimitExceeded, Unauthorized
from hindsight.http.middleware import add_response_headers
from hindsight.limits import audit_budget, usage_counts
from hindsight.limits.audit_budget import Budget
from hindsight.limits.rate_limits import Usage, count_request_and

WRITES = ("POST", "PATCH")

# Circular at run time: rest_framework.views imports the default authentication, which imports this module.
if TYPE_CHECKING:
    from rest_framework.views import APIView


class Limited(Protocol):
    """Attributes that `request.auth` must have."""

    rate_limit_key: str
    requests_per_minute: int
    audit_budget: Budget | None
    is_verified: bool

    def verify(self, request: Request) -> None: ...

    def may(self, method: str) -> bool: ...


class OrgThrottle(BaseThrottle):
    """Counts a request, then checks the scopes of its key.

    Raises Unauthorized if nothing has authenticated the request, RateLimitExceeded, and Forbidden.
    """

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.auth is None:
            raise Unauthorized
        principal = cast(Limited, request.auth)
        usage = self.count(request, principal)
        add_response_headers(request._request, usage.headers)
        if usage.exceeded:
            raise RateLimitExceeded(retry_after=usage.retry_after)
        if not principal.may(str(request.method)):
            raise Forbidden
        return True

    def count(self, request: Request, principal: Limited) -> Usage:
        """In at most one round trip. With a write, also counts what earlier writes of the org have overwritten."""
        key, limit = principal.rate_limit_key, principal.requests_per_minute
        adds_to_audit = request.method in WRITES and settings.AUDIT_BYTES_PER_DAY > 0
        bytes_of_audit = audit_budget.increments_of(key) if adds_to_audit else []
        also = [*bytes_of_audit, *usage_counts.increments_of(key)]
        usage, counts = count_request_and(also, request._request, group="org", key=key, limit=limit)
        usage_counts.note(key, usage)
        if adds_to_audit:
            principal.audit_budget = audit_budget.budget_of(key, counts and counts[: len(bytes_of_audit)])
        return usage


def refuse_overwrite(budget: Budget) -> NoReturn:
    resets_at = datetime.fromtimestamp(budget.resets_at, UTC)
    raise RateLimitExceeded(
        f"Nothing was changed. Your organization may overwrite texts of {budget.limit:,} bytes a day, and has done so "
        f"today. The limit resets at {resets_at:%Y-%m-%dT%H:%M:%SZ}. Contact us if you need a higher limit.",
        retry_after=budget.retry_after,
    )


def refuse(request: HttpRequest, usage: Usage) -> NoReturn:
    add_response_headers(request, usage.headers)
    raise RateLimitExceeded(retry_after=usage.retry_after)
