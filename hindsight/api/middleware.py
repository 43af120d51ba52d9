"""What every request gets, errors included: an id, the rate-limit headers, a line in the log."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path

from hindsight.api.errors import BadRequest
from hindsight.api.handlers import error_response, is_api
from hindsight.api.probes import is_probe
from hindsight.api.request_ids import begin_request

access = logging.getLogger("hindsight.access")


class RequestMiddleware:
    """Outermost, so that no answer leaves without its headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = begin_request(request.META.get("HTTP_X_REQUEST_ID"))
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        if usage := getattr(request, "rate_limit_usage", None):
            for name, value in usage.headers.items():
                response[name] = value
        path = escape_uri_path(request.path)  # a line break in it would forge a line of the log
        access.log(
            # Probes come every few seconds: only what is amiss is news.
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
                **getattr(request, "log_fields", {}),
            },
        )
        return response


class HttpsOnlyMiddleware:
    """Refuses the API over plain HTTP in production, where a redirect would lose the body of a PATCH."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE_SSL_REDIRECT and is_api(request) and not request.is_secure():
            return error_response(
                BadRequest("Use https:// for the API. The key just sent in clear should be replaced.")
            )
        return self.get_response(request)
