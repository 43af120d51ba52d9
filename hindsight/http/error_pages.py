"""Pages for errors outside /api/, seen by staff and by contacts: templates 400, 403, 404 and 500."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

bad_request = defaults.bad_request
server_error = defaults.server_error


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return defaults.page_not_found(request, exception or Exception())
