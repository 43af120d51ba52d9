from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from hindsight.api.errors import BadRequest, Forbidden, RateLimitExceeded, Unauthorized
from hindsight.http.middleware import add_response_headers
from hindsight.limits.day_counts import Budget, count_use
from hindsight.limits.rate_limits import Usage, count_request, count_requests

# Circular at run time: rest_framework.views imports the default authentication, which imports this module.
if TYPE_CHECKING:
    from rest_framework.views import APIView


# Of a view that every valid key may use.
ANY_SCOPE = ""


class Limited(Protocol):
    """Of `request.auth`."""

    org_id: int
    rate_limit_key: str
    requests_per_minute: int

    def verify(self, request: Request) -> None:
        """Raises Unauthorized or RateLimitExceeded if the API key is no longer valid."""

    def may(self, method: str, scope: str | None) -> bool: ...


class OrgThrottle(BaseThrottle):
    """Raises Unauthorized, RateLimitExceeded and Forbidden."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.auth is None:
            raise Unauthorized
        principal = cast(Limited, request.auth)
        org, limit = principal.rate_limit_key, principal.requests_per_minute
        usage = count_request(request._request, group="org", key=org, limit=limit)
        count_use(org, usage)
        add_response_headers(request._request, usage.headers)
        if usage.exceeded:
            raise RateLimitExceeded(retry_after=usage.retry_after)
        scope: str | None = getattr(view, "scope", None)
        is_allowed = request.method in view.allowed_methods  # otherwise the response is 405
        if is_allowed and not principal.may(str(request.method), scope):
            raise Forbidden(f"This API key lacks the scope `{scope}`, which this path needs." if scope else "")
        return True


def count_bulk(request: Request, size: int) -> None:
    """Counts the request, which was counted as one, as `size` requests. Raises RateLimitExceeded, and then counts no
    more than one, and BadRequest if the limit allows no bulk of this size.
    """
    principal = cast(Limited, request.auth)
    org, limit = principal.rate_limit_key, principal.requests_per_minute
    if size > limit:
        raise BadRequest(f"{size} updates count as {size} requests. Send at most {limit}, your limit for a minute.")
    count = partial(count_requests, request._request, group="org", key=org, limit=limit)
    usage = count(size - 1)
    if usage.exceeded:
        add_response_headers(request._request, count(1 - size).headers)
        raise RateLimitExceeded(
            f"Nothing was changed. {size} updates count as {size} requests, and you have fewer left in this minute. "
            f"Retry in {usage.retry_after} s, or send fewer.",
            retry_after=usage.retry_after,
        )
    count_use(org, usage, size - 1)
    add_response_headers(request._request, usage.headers)


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
