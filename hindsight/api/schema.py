from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from hindsight.api import schema_extensions as schema_extensions  # registers the extensions
from hindsight.api.handlers import read_only

_generator_lock = Lock()  # drf-spectacular's generator is not thread-safe


def description() -> dict[str, Any]:
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
