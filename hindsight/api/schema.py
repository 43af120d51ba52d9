"""The OpenAPI description: what all operations have in common, and the pages that serve it."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
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
from hindsight.http.csp import HEADER, policy

EVERYWHERE = (BadRequest, Unauthorized, Forbidden, NotFound, RateLimitExceeded, InternalError, ServiceUnavailable)
# drf-spectacular makes a description in no more than one thread.
_one_at_a_time = Lock()

WITH_A_BODY = (PayloadTooLarge, UnsupportedMediaType)


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    message = serializers.CharField()


class ErrorBodySerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=[(code.value, code.value) for code in ErrorCode])
    message = serializers.CharField(help_text="What is wrong and what to send instead.")
    details = FieldErrorSerializer(many=True, required=False, help_text="Only where a field is to blame.")
    request_id = serializers.CharField(help_text="As in the header X-Request-Id. Name it when you ask for help.")


class ErrorSerializer(serializers.Serializer[Any]):
    error = ErrorBodySerializer()


def header(name: str, type_: Any, description: str, response: bool | list[int | str] = False) -> OpenApiParameter:
    return OpenApiParameter(name, type_, OpenApiParameter.HEADER, description=description, response=response)


HEADERS = (
    header("X-Request-Id", OpenApiTypes.STR, "Kept as this request's id, if it is well-formed."),
    header("X-Request-Id", OpenApiTypes.STR, "The request's id, as it stands in our logs.", response=True),
    header("X-RateLimit-Limit", OpenApiTypes.INT, "Requests a minute that your organization has.", response=True),
    header("X-RateLimit-Remaining", OpenApiTypes.INT, "What is left of them.", response=True),
    header("X-RateLimit-Reset", OpenApiTypes.INT, "When the window turns over, in Unix seconds.", response=True),
    header("Retry-After", OpenApiTypes.INT, "Seconds to wait.", response=[429, 503]),
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
    """drf-spectacular's `extend_schema`, with the errors and headers that every operation has.

    `errors`: those of this operation alone.
    """
    classes = {*EVERYWHERE, *errors, *(WITH_A_BODY if request else ())}
    failures = {
        error.status_code: OpenApiResponse(ErrorSerializer, description=f"`{error.code.value}`")
        for error in sorted(classes, key=lambda error: error.status_code)
    }
    return extend_schema(
        request=request, responses={**responses, **failures}, parameters=[*parameters, *HEADERS], **kwargs
    )


def description() -> dict[str, Any]:
    """The whole description; made once a process, since it takes a while and never changes."""
    with _one_at_a_time:
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
    """OpenAPI 3.1, in JSON for those who accept that before YAML."""
    preferred = request.get_preferred_type(["application/yaml", "application/json"])
    if preferred == "application/json":
        return HttpResponse(rendered(OpenApiJsonRenderer), content_type="application/json")
    return HttpResponse(rendered(OpenApiYamlRenderer), content_type="application/yaml; charset=utf-8")


@read_only
def docs(request: HttpRequest) -> HttpResponse:
    """The description as a page for people, from this server alone."""
    # Redoc writes its styles into the page, and searches in a worker that it makes of a string.
    page = render(request, "api/docs.html")
    page.headers[HEADER] = policy(style_src="'self' 'unsafe-inline'", worker_src="blob:")
    return page
