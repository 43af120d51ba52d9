import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from hindsight.db.errors import unavailable_reason
from hindsight.http import error_pages
from hindsight.http.logs import begin_request, logged_path
from hindsight.http.probes import is_probe
from hindsight.metrics.instruments import REQUEST_SECONDS, REQUESTS

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API = "/api/v1/"

# Labels of metrics. Clients can send any word.
METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")
OTHER_METHOD = "other"
NO_ROUTE = "(none)"

# Django creates middleware from the last to the first, in one thread.
_new_chain = threading.local()

access = logging.getLogger("hindsight.access")
logger = logging.getLogger(__name__)


def add_response_headers(request: HttpRequest, headers: Mapping[str, str]) -> None:
    _response_headers(request).update(headers)


def remove_response_headers(request: HttpRequest) -> None:
    _response_headers(request).clear()


def add_log_fields(request: HttpRequest, **fields: str) -> None:
    """The names must be in hindsight.http.logs.EXTRA_FIELDS."""
    _log_fields(request).update(fields)


class RequestMiddleware:
    """Must be first: error responses of other middleware need the headers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = begin_request(request.META.get("HTTP_X_REQUEST_ID"))
        response = self.get_response(request)
        headers = response.headers
        headers["X-Request-Id"] = request_id
        if response.status_code == 304:
            # It would be the length of the object that was not sent.
            del headers["Content-Length"]
        for name, value in _response_headers(request).items():
            headers[name] = value
        seconds = time.perf_counter() - started
        count_response(request, response.status_code, seconds)
        path = logged_path(request)
        access.log(
            # Successful probes are too frequent.
            logging.DEBUG if is_probe(request) and response.status_code < 400 else logging.INFO,
            "%s %s %s",
            request.method,
            path,
            response.status_code,
            extra={
                "method": request.method,
                "path": path,
                "status": response.status_code,
                "duration_ms": round(seconds * 1000, 1),
                **_log_fields(request),
            },
        )
        return response


class DatabaseUnavailableMiddleware:
    """For pages. The API has its exception handler."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        reason = unavailable_reason(exception)
        if reason is None:
            return None
        logger.error("The database cannot be used: %s", reason, exc_info=exception)
        return error_pages.service_unavailable(request, reason)


def _response_headers(request: HttpRequest) -> dict[str, str]:
    headers: dict[str, str] = request.__dict__.setdefault("response_headers", {})
    return headers


def _log_fields(request: HttpRequest) -> dict[str, str]:
    fields: dict[str, str] = request.__dict__.setdefault("log_fields", {})
    return fields


class PageMiddleware:
    """Requests to the API skip the middleware from here to `EndOfPageMiddleware`, which only pages need.

    Does what CommonMiddleware does for pages: refuses unknown hosts, and sets Content-Length. Django still calls
    `process_view` and `process_exception` of the skipped ones, which are not part of the chain.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.get_response_of_view: GetResponse = _new_chain.get_response
        # An allowed Host. Django would parse and compare it for each request.
        self.last_host: str | None = None

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API):
            return self.get_response(request)
        host = request.META.get("HTTP_HOST")
        if host is None or host != self.last_host:
            self.last_host = request.get_host()  # raises DisallowedHost
        response = self.get_response_of_view(request)
        if isinstance(response, HttpResponse):  # it is not streamed
            response.headers["Content-Length"] = str(len(response.content))
        return response


class EndOfPageMiddleware:
    """Must be the last."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = _new_chain.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


# Clients can send any word.
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
