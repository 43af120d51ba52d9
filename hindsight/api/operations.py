from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import F, OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from hindsight.api import errors
from hindsight.api.errors import ApiError
from hindsight.api.models import MAX_KEY_LENGTH

ERROR_CODES = [code.value for code in errors.ErrorCode]
COMMON_ERRORS = (
    errors.BadRequest,
    errors.Unauthorized,
    errors.Forbidden,
    errors.NotFound,
    errors.MethodNotAllowed,
    errors.RateLimitExceeded,
    errors.InternalError,
    errors.ServiceUnavailable,
)
BODY_ERRORS = (errors.PayloadTooLarge, errors.UnsupportedMediaType)

EXAMPLE_SERVER = "https://hindsight.example.com"
EXAMPLE_REQUEST_ID = "0f8fad5bd9cb469fa16570867728950e"
BLANK_NAME = "Send a name that is not blank, or leave the field out to keep the stored name."
# Others have a message of their own.
EXAMPLES: dict[type[ApiError], ApiError] = {
    type(error): error
    for error in (
        errors.BadRequest(f"contact_name: {BLANK_NAME}", details=(errors.FieldError("contact_name", BLANK_NAME),)),
        errors.NotFound("Your organization has no interview request with this id."),
        errors.MethodNotAllowed("PUT", "GET, HEAD, PATCH"),
        errors.UnsupportedMediaType("PATCH"),
        errors.RateLimitExceeded(retry_after=23),
    )
}


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    message = serializers.CharField()


class ApiErrorBodySerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=ERROR_CODES)
    message = serializers.CharField(help_text="The problem and how to fix it.")
    details = FieldErrorSerializer(many=True, required=False, help_text="Present only if specific fields are wrong.")
    doc_url = serializers.URLField(help_text="Where the documentation explains the code.")
    request_id = serializers.CharField(help_text="Same as the X-Request-Id header. Include it when you contact us.")


class ErrorResponseSerializer(serializers.Serializer[Any]):
    error = ApiErrorBodySerializer()


def header(
    name: str, type_: Any, description: str, *, response: bool | list[int | str] = False, example: str | None = None
) -> OpenApiParameter:
    examples = [] if example is None else [OpenApiExample(name, example)]
    return OpenApiParameter(
        name, type_, OpenApiParameter.HEADER, description=description, response=response, examples=examples
    )


IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]+$", "maxLength": MAX_KEY_LENGTH},
    "A unique key of your choice. A retry with the same key creates nothing twice.",
    example="deal-1001-contact-55",
)
REPLAYED = header(
    "Idempotency-Replayed", str, "`true` if this is the stored response to an earlier request.", response=[200, 201]
)


def headers(statuses: Iterable[int]) -> list[OpenApiParameter]:
    counted: list[int | str] = [status for status in statuses if status != errors.Unauthorized.status_code]
    integer, text = OpenApiTypes.INT, OpenApiTypes.STR
    return [
        header("X-Request-Id", text, "Your id for this request. Used if it is well-formed."),
        header("X-Request-Id", text, "The id of this request in our logs.", response=True),
        header("X-RateLimit-Limit", integer, "Requests per minute of your organization.", response=counted),
        header("X-RateLimit-Remaining", integer, "Requests left in this window.", response=counted),
        header("X-RateLimit-Reset", integer, "Unix time in seconds when the next window begins.", response=counted),
        header("RateLimit", text, "Requests left (`r`), and seconds until the next window (`t`).", response=counted),
        header("RateLimit-Policy", text, "Requests (`q`) per window of `w` seconds.", response=counted),
        header("Retry-After", integer, "Seconds to wait before a retry.", response=[429, 503]),
        header("WWW-Authenticate", text, "`Bearer`", response=[401]),
        header("Allow", text, "The methods of this path.", response=[405]),
        header("Accept-Patch", text, "The media type of a PATCH body.", response=[415]),
        header("Accept-Post", text, "The media type of a POST body.", response=[415]),
        header("Accept-Encoding", text, "`identity`, if the body was compressed.", response=[415]),
    ]


def operation(
    *,
    responses: Mapping[int, Any],
    errors: Iterable[type[ApiError]] = (),
    parameters: Iterable[OpenApiParameter | type[serializers.Serializer[Any]]] = (),
    request: Any = None,
    request_example: Any = None,
    response_example: Any = None,
    **kwargs: Any,
) -> Callable[[F], F]:
    """`extend_schema` with the errors and headers of every operation."""
    classes = {*COMMON_ERRORS, *errors, *(BODY_ERRORS if request else ())}
    by_status = groupby(sorted(classes, key=_order), lambda error: error.status_code)
    failures = {status: error_response(*group) for status, group in by_status}
    every_response = {**responses, **failures}
    examples = [
        OpenApiExample(
            "Response",
            response_example,
            response_only=True,
            status_codes=[str(status) for status in responses if status < 300],
        ),
        *([OpenApiExample("Request", request_example, request_only=True)] if request else []),
    ]
    return extend_schema(
        request=request,
        responses=every_response,
        parameters=[*parameters, *headers(every_response)],
        examples=examples,
        **kwargs,
    )


def _order(error: type[ApiError]) -> tuple[int, str]:
    """Classes have no order of their own."""
    return error.status_code, error.__name__


def description_of(*classes: type[ApiError]) -> str:
    return " or ".join(f"`{error.code.value}`" for error in classes)


def example_of(error: ApiError) -> Any:
    envelope: Any = error.envelope()
    envelope["error"] |= {"doc_url": errors.doc_url(EXAMPLE_SERVER, error.code), "request_id": EXAMPLE_REQUEST_ID}
    return envelope


def error_response(*classes: type[ApiError]) -> OpenApiResponse:
    """The response to the errors of one status, with an example of each."""
    return OpenApiResponse(
        ErrorResponseSerializer,
        description=description_of(*classes),
        examples=[
            OpenApiExample(error.code.value, example_of(EXAMPLES.get(error) or error()), response_only=True)
            for error in classes
        ],
    )
