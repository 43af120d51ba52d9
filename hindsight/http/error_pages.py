from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views import defaults

RETRY_SECONDS = 5


def server_error(request: HttpRequest) -> HttpResponse:
    with _language_of(request):
        return defaults.server_error(request)


def service_unavailable(request: HttpRequest, reason: str) -> HttpResponse:
    with _language_of(request):
        # Without a request: context processors may use the database.
        page = render_to_string("503.html", {"reason": translation.gettext(reason)})
    response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _language_of(request: HttpRequest) -> AbstractContextManager[None]:
    return translation.override(getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE))
