"""Turns exceptions and refusals into responses: envelopes for the API, pages for the rest."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_noop
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as drf
from rest_framework.settings import api_settings

from hindsight.api import errors
from hindsight.api.json_bodies import Response
from hindsight.db.errors import unavailable_reason
from hindsight.db.versions import StaleVersionError
from hindsight.http.middleware import is_api
from hindsight.server.fair_queue import IS_REFUSED, MAX_WAITING

logger = logging.getLogger(__name__)

# Also a text of the survey page.
TOO_MANY = gettext_noop("Too many requests from your network. Try again in a few seconds.")
TOO_MANY_AT_ONCE = (
    f"Nothing was done: {MAX_WAITING} requests of your organization are waiting. Send fewer at the same time."
)


def to_api_error(exception: BaseException) -> errors.ApiError:
    """Also logs database failures and unexpected exceptions."""
    match exception:
        case errors.ApiError():
            return exception
        case drf.ValidationError():
            return invalid_fields(exception.detail)
        case DjangoValidationError():
            messages = exception.message_dict if hasattr(exception, "error_dict") else exception.messages
            return invalid_fields(drf.ValidationError(detail=messages).detail)
        case UnreadablePostError():  # the body was cut off
            return errors.BadRequest()
        case drf.ParseError() | SuspiciousOperation() if not isinstance(exception, RequestDataTooBig):
            return errors.BadRequest()
        case StaleVersionError():
            return errors.PreconditionFailed(str(exception))
        case RequestDataTooBig():
            return errors.PayloadTooLarge()
        case Http404():
            return errors.NotFound()
        case DatabaseError() if reason := _logged_reason(exception):
            return errors.ServiceUnavailable(reason)
        case _:
            logger.error("Unexpected exception", exc_info=exception)
            return errors.InternalError()


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response:
    return error_response(to_api_error(exception))


def invalid_fields(detail: Any) -> errors.BadRequest:
    """`detail` is `{field: [message, …]}`, or a list of messages."""
    if not isinstance(detail, dict):
        return errors.BadRequest(" ".join(map(str, detail)))
    details = tuple(_field_errors(detail))
    return errors.BadRequest(" ".join(f"{error.field}: {error.message}" for error in details), details=details)


def _field_errors(detail: dict[str, Any], prefix: str = "") -> Iterator[errors.FieldError]:
    """The fields of an object in the body have its name before them: `deal.outcome`."""
    for field, messages in detail.items():
        if isinstance(messages, dict):
            yield from _field_errors(messages, f"{prefix}{field}.")
        else:
            is_whole_object = prefix and field == api_settings.NON_FIELD_ERRORS_KEY
            name = prefix.removesuffix(".") if is_whole_object else f"{prefix}{field}"
            yield errors.FieldError(name, " ".join(map(str, messages)))


def error_response(error: errors.ApiError) -> Response:
    return Response(error.envelope(), status=error.status_code, headers=error.headers)


def read_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:

    @csrf_exempt
    @wraps(view)
    def decorated(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return error_response(errors.MethodNotAllowed(str(request.method), "GET, HEAD"))
        return view(request)

    return decorated


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Usually caused by ALLOWED_HOSTS."""
    if is_api(request):
        return error_response(errors.BadRequest("The Host header or another header of the request is not valid."))
    return defaults.bad_request(request, exception)


@csrf_exempt  # also the view of unknown paths under /api
def not_found(request: HttpRequest, exception: Exception | None = None, **path: Any) -> HttpResponse:
    if is_api(request):
        return error_response(errors.NotFound())
    return defaults.page_not_found(request, exception or Exception())


def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        return error_response(errors.InternalError())
    with _language_of(request):
        return defaults.server_error(request)


def service_unavailable(request: HttpRequest, reason: str) -> HttpResponse:
    with _language_of(request):
        # Without a request: context processors may use the database.
        page = render_to_string("503.html", {"reason": translation.gettext(reason)})
    return HttpResponse(page, status=503, headers={"Retry-After": str(errors.RETRY_SECONDS)})


def _language_of(request: HttpRequest) -> AbstractContextManager[None]:
    return translation.override(getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE))


class ApiMiddleware:
    """Refuses what the gateway does not run, of pages too, and plain HTTP: a redirect would lose the body of a PATCH.

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
            response: HttpResponseBase = error_response(errors.BadRequest(message))
        elif is_refused:
            response = error_response(errors.RateLimitExceeded(TOO_MANY_AT_ONCE, retry_after=1))
        else:
            response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """For pages. The API has its exception handler."""
        reason = _logged_reason(exception)
        return service_unavailable(request, reason) if reason else None


def _logged_reason(exception: BaseException) -> str | None:
    """Why the database cannot be used."""
    reason = unavailable_reason(exception)
    if reason:
        logger.error("The database cannot be used: %s", reason, exc_info=exception)
    return reason
