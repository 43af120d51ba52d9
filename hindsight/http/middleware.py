import logging
import time
from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from hindsight.db.errors import unavailable_reason
from hindsight.http import error_pages
from hindsight.http.probes import is_probe
from hindsight.http.redaction import logged_path
from hindsight.http.request_ids import begin_request
from hindsight.http.request_metrics import count_response

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

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
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

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
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
