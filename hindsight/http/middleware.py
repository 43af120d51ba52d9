"""The outermost middleware: request id, headers that the view adds to every response, access log."""

import logging
import time
from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path

from hindsight.db.errors import unavailable_reason
from hindsight.http import error_pages
from hindsight.http.probes import is_probe
from hindsight.http.request_ids import begin_request

access = logging.getLogger("hindsight.access")
logger = logging.getLogger(__name__)


def add_response_headers(request: HttpRequest, headers: Mapping[str, str]) -> None:
    """Sets headers on the response to this request, even if that response is an error."""
    _response_headers(request).update(headers)


def add_log_fields(request: HttpRequest, **fields: str) -> None:
    """Adds fields to the access log line of this request. See hindsight.http.logs for the known fields."""
    _log_fields(request).update(fields)


class RequestMiddleware:
    """Must be the first middleware, so that error responses of the others have the headers too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = begin_request(request.META.get("HTTP_X_REQUEST_ID"))
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        for name, value in _response_headers(request).items():
            response[name] = value
        path = escape_uri_path(request.path)  # a line break in the path must not start a new log line
        access.log(
            # Probes arrive every few seconds, so only failed ones are logged.
            logging.DEBUG if is_probe(request) and response.status_code < 400 else logging.INFO,
            "%s %s %s",
            request.method,
            path,
            response.status_code,
            extra={
                "method": request.method,
                "path": path,
                "status": response.status_code,
                "duration_ms": round((time.perf_counter() - started) * 1000, 1),
                **_log_fields(request),
            },
        )
        return response


class DatabaseUnavailableMiddleware:
    """Outside the API, responds 503 if the database cannot be used. The API does so in its exception handler."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        reason = unavailable_reason(exception)
        if reason is None:
            return None
        logger.error("The database cannot be used: %s", reason, exc_info=exception)
        return error_pages.service_unavailable(reason)


def _response_headers(request: HttpRequest) -> dict[str, str]:
    headers: dict[str, str] = request.__dict__.setdefault("response_headers", {})
    return headers


def _log_fields(request: HttpRequest) -> dict[str, str]:
    fields: dict[str, str] = request.__dict__.setdefault("log_fields", {})
    return fields
