from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_noop

from hindsight.api.errors import BadRequest, RateLimitExceeded
from hindsight.api.handlers import error_response, is_api
from hindsight.http.error_pages import service_unavailable
from hindsight.server.fair_queue import IS_REFUSED, MAX_WAITING

# Also a text of the survey page.
TOO_MANY = gettext_noop("Too many requests from your network. Try again in a few seconds.")
TOO_MANY_AT_ONCE = (
    f"Nothing was done: {MAX_WAITING} requests of your organization are waiting. Send fewer at the same time."
)


class ApiMiddleware:
    """Refuses what the gateway does not run, of pages too.

    Refuses plain HTTP: a redirect to HTTPS would lose the body of a PATCH.

    `no-cache` allows conditional requests.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_refused = IS_REFUSED in request.META
        if not is_api(request):
            return service_unavailable(request, TOO_MANY) if is_refused else self.get_response(request)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            message = "Use https:// for the API. Replace the API key that was just sent unencrypted."
            response: HttpResponseBase = error_response(BadRequest(message))
        elif is_refused:
            response = error_response(RateLimitExceeded(TOO_MANY_AT_ONCE, retry_after=1))
        else:
            response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
