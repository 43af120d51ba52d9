import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import Error as DatabaseError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions as drf
from rest_framework.settings import api_settings

from hindsight.api import errors
from hindsight.api.responses import Response
from hindsight.db.errors import unavailable_reason

logger = logging.getLogger(__name__)


def to_api_error(exception: BaseException) -> errors.ApiError:
    """Also logs database failures and unexpected exceptions."""
    match exception:
        case errors.ApiError():
            return exception
        case drf.ValidationError():
            return invalid_fields(exception.detail)
        case DjangoValidationError():
            return invalid_fields(drf.ValidationError(detail=_messages(exception)).detail)
        case UnreadablePostError():  # the body was cut off
            return errors.BadRequest()
        case drf.ParseError() | SuspiciousOperation() if not isinstance(exception, RequestDataTooBig):
            return errors.BadRequest()
        case RequestDataTooBig():
            return errors.PayloadTooLarge()
        case Http404():
            return errors.NotFound()
        case DatabaseError() if reason := unavailable_reason(exception):
            logger.error("The database cannot be used: %s", reason, exc_info=exception)
            return errors.ServiceUnavailable(reason)
        case _:
            logger.error("Unexpected exception", exc_info=exception)
            return errors.InternalError()


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response:
    error = to_api_error(exception)
    return Response(error.envelope(), status=error.status_code, headers=error.headers)


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


def _messages(exception: DjangoValidationError) -> Any:
    return exception.message_dict if hasattr(exception, "error_dict") else exception.messages
