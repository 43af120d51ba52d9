from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from hindsight.api.errors import Forbidden, RateLimitExceeded, Unauthorized
from hindsight.http.middleware import add_response_headers
from hindsight.limits.rate_limits import Usage, count_request

# Circular at run time: rest_framework.views imports the default authentication, which imports this module.
if TYPE_CHECKING:
    from rest_framework.views import APIView


class Limited(Protocol):
    """Attributes that `request.auth` must have."""

    rate_limit_key: str
    requests_per_minute: int

    def may(self, method: str) -> bool: ...


class OrgThrottle(BaseThrottle):
    """Counts a request, then checks the scopes of its key.

    Raises Unauthorized if nothing has authenticated the request, RateLimitExceeded, and Forbidden.
    """

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.auth is None:
            raise Unauthorized
        principal = cast(Limited, request.auth)
        usage = count_request(
            request._request, group="org", key=principal.rate_limit_key, limit=principal.requests_per_minute
        )
        add_response_headers(request._request, usage.headers)
        if usage.exceeded:
            raise RateLimitExceeded(retry_after=usage.retry_after)
        if not principal.may(str(request.method)):
            raise Forbidden
        return True


def refuse(request: HttpRequest, usage: Usage) -> NoReturn:
    add_response_headers(request, usage.headers)
    raise RateLimitExceeded(retry_after=usage.retry_after)
