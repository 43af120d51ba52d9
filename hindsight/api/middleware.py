from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hindsight.api.errors import BadRequest
from hindsight.api.handlers import error_response, is_api


class ApiMiddleware:
    """Refuses plain HTTP: a redirect to HTTPS would lose the body of a PATCH.

    `no-cache` allows conditional requests.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return self.get_response(request)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            message = "Use https:// for the API. Replace the API key that was just sent unencrypted."
            response: HttpResponseBase = error_response(BadRequest(message))
        else:
            response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
