from collections.abc import Callable
from functools import cache

from django.http import HttpRequest

from hindsight.http.probes import is_probe
from hindsight.metrics.instruments import REQUEST_SECONDS, REQUESTS

# Clients can send any word.
METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")
OTHER_METHOD = "other"
NO_ROUTE = "(none)"


def count_response(request: HttpRequest, status: int, seconds: float) -> None:
    count, observe = _instruments(method_of(request), route_of(request), status)
    count()
    observe(seconds)


def method_of(request: HttpRequest) -> str:
    return request.method if request.method in METHODS else OTHER_METHOD


def route_of(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return request.resolver_match.route or "/"
    return request.path_info if is_probe(request) else NO_ROUTE


@cache
def _instruments(method: str, route: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
    """Cached, because labels() takes a lock."""
    return REQUESTS.labels(method, route, status).inc, REQUEST_SECONDS.labels(method, route).observe
