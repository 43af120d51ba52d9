"""Pages for errors outside /api/."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

bad_request = defaults.bad_request
server_error = defaults.server_error


# Retry-After of a 503, in seconds.
RETRY_SECONDS = 5


def service_unavailable(reason: str) -> HttpResponse:
    # No context processors, which may use the database.
    response = HttpResponse(render_to_string("503.html", {"reason": reason}), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return defaults.page_not_found(request, exception or Exception())
