from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from hindsight.api.handlers import read_only
from hindsight.api.schema import description

Schema = dict[str, Any]


def llms_txt(request: HttpRequest) -> HttpResponse:
    """See https://llmstxt.org."""
    base = settings.PUBLIC_BASE_URL
    text = f"""# {description()["info"]["title"]}

> {description()["info"]["description"]}

## Docs

- [API guide]({base}{reverse("docs-markdown")}): how to use the API, with samples in curl, Python and TypeScript
- [API reference in Markdown]({base}{reverse("contract")}): every endpoint, field, header and error code
- [OpenAPI 3.1]({base}{reverse("schema")}): YAML, or JSON with `Accept: application/json`
- [API reference in HTML]({base}{reverse("docs")}): for people
"""
    return text_response(text)


@read_only
def contract(request: HttpRequest) -> HttpResponse:
    return text_response(contract_text())


def text_response(text: str) -> HttpResponse:
    """Returns text/plain: browsers download text/markdown."""
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@cache
def contract_text() -> str:
    api = description()
    parts = [f"# {api['info']['title']}", api["info"]["description"], GENERAL]
    for path, operations in api["paths"].items():
        parts += [_operation(method.upper(), path, operation) for method, operation in operations.items()]
    return "\n\n".join(parts) + "\n"


GENERAL = """Send an API key with every request, as `Authorization: Bearer <key>`. Bodies are JSON objects with
`Content-Type: application/json`; unknown fields and nulls are errors. Paths have no trailing slash.

Every response has X-Request-Id. Responses to a valid key also have X-RateLimit-Limit, X-RateLimit-Remaining and
X-RateLimit-Reset (Unix seconds). After a 429 or 503, wait for the seconds in Retry-After. Every error has this shape:
`{"error": {"code": "...", "message": "...", "details": [{"field": "...", "message": "..."}], "request_id": "..."}}`,
with `details` only if specific fields are wrong."""


def _operation(method: str, path: str, operation: Schema) -> str:
    lines = [f"## {method} {path}: {operation['summary']}", operation["description"]]
    parameters = [
        f"- `{parameter['name']}` ({parameter['in']}, {_type(parameter['schema'])}) {parameter.get('description', '')}"
        for parameter in operation.get("parameters", [])
    ]
    if parameters:
        lines.append("Parameters:\n\n" + "\n".join(parameters))
    if "requestBody" in operation:
        lines.append("Body:\n\n" + "\n".join(_fields(_json(operation["requestBody"]))))
    for status, response in operation["responses"].items():
        if status < "300" and "content" in response:
            lines.append(f"Response {status}:\n\n" + "\n".join(_fields(_json(response))))
    failures = ((status, response) for status, response in operation["responses"].items() if status >= "300")
    lines.append(
        "Other responses: " + ", ".join(f"{status} {response['description']}" for status, response in failures)
    )
    return "\n\n".join(line.strip() for line in lines)


def _json(body: Schema) -> Schema:
    return dict(body["content"]["application/json"]["schema"])


def _fields(schema: Schema, indent: str = "") -> Iterator[str]:
    schema = _resolved(schema)
    required = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        note = "" if name in required else ", optional"
        text = " ".join(member.get("description", "").split())
        yield f"{indent}- `{name}` ({_type(member)}{note}) {text}".rstrip()
        for inner in _alternatives(member):
            yield from _fields(inner.get("items", inner), indent + "  ")


def _type(schema: Schema) -> str:
    """`string`, `object or null`, `created | sent | completed`, …"""
    if "oneOf" in schema:
        return " or ".join(map(_type, schema["oneOf"]))
    schema = _resolved(schema)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    types: str | Iterable[str] = schema.get("type", "object")
    text = types if isinstance(types, str) else " or ".join(types)
    limit = f", at most {schema['maxLength']:,} characters" if "maxLength" in schema else ""
    return ("array of objects" if text == "array" else text) + limit


def _alternatives(schema: Schema) -> list[Schema]:
    return [_resolved(option) for option in schema.get("oneOf", [schema])]


def _resolved(schema: Schema) -> Schema:
    """Follows `$ref`, also inside a single `allOf`."""
    if len(schema.get("allOf", [])) == 1:
        schema = schema["allOf"][0]
    if "$ref" not in schema:
        return schema
    return dict(description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
