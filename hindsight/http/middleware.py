import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from hindsight.http.logs import PROBES, begin_request, logged_path
from hindsight.metrics.instruments import REQUEST_SECONDS, REQUESTS

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Of metrics: clients can send any word.
METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")

# Only files of this server, nothing inline.
CSP_HEADER = "Content-Security-Policy"
CSP_DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


# Django creates middleware from the last to the first, in one thread.
_new_chain = threading.local()

access = logging.getLogger("hindsight.access")


def is_api(request: HttpRequest) -> bool:
    """Whether errors are JSON, also those of its documentation. `//api/…` counts: a client's base URL may end in a
    slash.
    """
    return f"{request.path_info.lstrip('/')}/".startswith(("api/", "mcp/"))


def is_no_page(request: HttpRequest) -> bool:
    """Whether the middleware of pages is skipped."""
    return request.path_info.startswith("/api/v1/") or request.path_info == "/mcp"


def add_response_headers(request: HttpRequest, headers: Mapping[str, str]) -> None:
    vars(request).setdefault("response_headers", {}).update(headers)


def remove_response_headers(request: HttpRequest) -> None:
    vars(request).pop("response_headers", None)


def add_log_fields(request: HttpRequest, **fields: str) -> None:
    """The names must be in hindsight.http.logs.EXTRA_FIELDS."""
    vars(request).setdefault("log_fields", {}).update(fields)


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
        for name, value in vars(request).get("response_headers", {}).items():
            headers[name] = value
        seconds = time.perf_counter() - started
        count, observe = _instruments(method_of(request), route_of(request), response.status_code)
        count()
        observe(seconds)
        path = logged_path(request)
        access.log(
            # Successful probes are too frequent.
            logging.DEBUG if request.path_info in PROBES and response.status_code < 400 else logging.INFO,
            "%s %s %s",
            request.method,
            path,
            response.status_code,
            extra={
                "method": request.method,
                "path": path,
                "status": response.status_code,
                "duration_ms": round(seconds * 1000, 1),
                **vars(request).get("log_fields", {}),
            },
        )
        return response


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
        if not is_no_page(request):
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


class ContentSecurityPolicyMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy = content_security_policy()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault(CSP_HEADER, self.policy)
        return response


def content_security_policy(**changed: str) -> str:
    """`worker_src="blob:"` changes or adds a directive."""
    directives = CSP_DIRECTIVES | {name.replace("_", "-"): sources for name, sources in changed.items()}
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def method_of(request: HttpRequest) -> str:
    return request.method if request.method in METHODS else "other"


def route_of(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return request.resolver_match.route or "/"
    return request.path_info if request.path_info in PROBES else "(none)"


@cache
def _instruments(method: str, route: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
    """Cached, because labels() takes a lock."""
    return REQUESTS.labels(method, route, status).inc, REQUEST_SECONDS.labels(method, route).observe
