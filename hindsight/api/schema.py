"""The OpenAPI description of the API, and what drf-spectacular does not know about its bodies and errors."""

import re
from collections.abc import Iterator
from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from rest_framework.serializers import ListSerializer

from hindsight.api.errors import ApiError
from hindsight.api.handlers import read_only
from hindsight.api.operations import description_of
from hindsight.api.pagination import MAX_LIMIT

Schema = dict[str, Any]

_generator_lock = Lock()  # drf-spectacular's generator is not thread-safe


@cache
def description() -> dict[str, Any]:
    with _generator_lock:
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


class StrictObject(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A body without required fields needs at least one field, and some bodies need more than the required ones."""

    target_class = "hindsight.api.json_bodies.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        schema: Schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]
        for name, field in self.target.fields.items():
            if most := getattr(field, "max_length", None) if isinstance(field, ListSerializer) else None:
                schema["properties"][name] |= {"minItems": 1, "maxItems": most}
        required = len(schema.get("required", []))
        at_least_one = {"minProperties": required + 1} if self.target.needs_a_value or not required else {}
        return {**schema, **at_least_one, "additionalProperties": False}


class Page(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = "hindsight.api.pagination.PageSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        schema: Schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]
        schema["properties"]["data"]["maxItems"] = MAX_LIMIT
        return schema


def require_bodies(result: Schema, **kwargs: Any) -> Schema:
    """drf-spectacular makes the body of a PATCH optional."""
    for operation in operations_of(result):
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
    return result


def share_error_responses(result: Schema, **kwargs: Any) -> Schema:
    """Moves the response to each error to the components. A response to two errors stays in its operation."""
    names = {description_of(error): error.__name__ for error in ApiError.__subclasses__()}
    shared: Schema = {}
    for operation in operations_of(result):
        for status, response in operation["responses"].items():
            name = names.get(response["description"])
            if name is None:
                continue
            if shared.setdefault(name, response) != response:
                raise ValueError(f"The operations describe {name} differently.")
            operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    result["components"]["responses"] = dict(sorted(shared.items()))
    return result


def name_enum_values(result: Schema, **kwargs: Any) -> Schema:
    """Begins each constant with the name of its enum, because constants of the Go client are global."""
    for name, schema in result["components"]["schemas"].items():
        if "enum" in schema:
            prefix = name.removesuffix("Enum")
            schema["x-enum-varnames"] = [prefix + re.sub("[._]", "", value.title()) for value in schema["enum"]]
    return result


def operations_of(result: Schema) -> Iterator[Schema]:
    for path in result["paths"].values():
        yield from path.values()
