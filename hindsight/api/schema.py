"""The OpenAPI description."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import F, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from hindsight.api.errors import (
    ApiError,
    BadRequest,
    ErrorCode,
    Forbidden,
    InternalError,
    NotFound,
    PayloadTooLarge,
    RateLimitExceeded,
    ServiceUnavailable,
    Unauthorized,
    UnsupportedMediaType,
)
from hindsight.api.handlers import read_only

COMMON_ERRORS = (BadRequest, Unauthorized, Forbidden, NotFound, RateLimitExceeded, InternalError, ServiceUnavailable)
BODY_ERRORS = (PayloadTooLarge, UnsupportedMediaType)

_generator_lock = Lock()  # drf-spectacular's generator is not thread-safe


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    message = serializers.CharField()


class ErrorBodySerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=[(code.value, code.value) for code in ErrorCode])
    message = serializers.CharField(help_text="The problem and how to fix it.")
    details = FieldErrorSerializer(many=True, required=False, help_text="Present only if specific fields are wrong.")
    request_id = serializers.CharField(help_text="Same as the X-Request-Id header. Include it when you contact us.")


class ErrorSerializer(serializers.Serializer[Any]):
    error = ErrorBodySerializer()


def header(name: str, type_: Any, description: str, response: bool | list[int | str] = False) -> OpenApiParameter:
    return OpenApiParameter(name, type_, OpenApiParameter.HEADER, description=description, response=response)


HEADERS = (
    header("X-Request-Id", OpenApiTypes.STR, "Your id for this request. Used if it is well-formed."),
    header("X-Request-Id", OpenApiTypes.STR, "The id of this request in our logs.", response=True),
    header("X-RateLimit-Limit", OpenApiTypes.INT, "Requests per minute of your organization.", response=True),
    header("X-RateLimit-Remaining", OpenApiTypes.INT, "Requests left in this window.", response=True),
    header("X-RateLimit-Reset", OpenApiTypes.INT, "Time when the next window begins, in Unix seconds.", response=True),
    header("Retry-After", OpenApiTypes.INT, "Seconds to wait before a retry.", response=[429, 503]),
    header("WWW-Authenticate", OpenApiTypes.STR, "Bearer", response=[401]),
)


def operation(
    *,
    responses: Mapping[int, Any],
    errors: Iterable[type[ApiError]] = (),
    parameters: Iterable[OpenApiParameter | type[serializers.Serializer[Any]]] = (),
    request: Any = None,
    **kwargs: Any,
) -> Callable[[F], F]:
    """`extend_schema` with the errors and headers of every operation."""
    classes = {*COMMON_ERRORS, *errors, *(BODY_ERRORS if request else ())}
    failures = {
        error.status_code: OpenApiResponse(ErrorSerializer, description=f"`{error.code.value}`")
        for error in sorted(classes, key=lambda error: error.status_code)
    }
    return extend_schema(
        request=request, responses={**responses, **failures}, parameters=[*parameters, *HEADERS], **kwargs
    )


def description() -> dict[str, Any]:
    """Generated once per process."""
    with _generator_lock:
        return _description()


@cache
def _description() -> dict[str, Any]:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return dict(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


@cache
def rendered(renderer: type[OpenApiJsonRenderer | OpenApiYamlRenderer]) -> bytes:
    text: bytes = renderer().render(description(), renderer_context={})
    return text


@read_only
def schema(request: HttpRequest) -> HttpResponse:
    preferred = request.get_preferred_type(["application/yaml", "application/json"])
    if preferred == "application/json":
        return HttpResponse(rendered(OpenApiJsonRenderer), content_type="application/json")
    return HttpResponse(rendered(OpenApiYamlRenderer), content_type="application/yaml; charset=utf-8")
