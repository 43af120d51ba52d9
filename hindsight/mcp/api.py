"""The REST API for tools: requests to its views in this process, with the client's API key.

So a tool has the scopes, limits, tenancy, checks and audit of the API, and no second ones.
"""

import json
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve

from hindsight.api.schema import description

Body = dict[str, Any]

# Parameters of the API that are arguments under another name. Other headers are not arguments.
RENAMED = {"id": "interview_request_id", "If-Match": "etag", "Idempotency-Key": "idempotency_key"}


class Refused(Exception):
    """`args[0]` is the API's error envelope."""


class Operation(NamedTuple):
    """`parameters`: by argument. `schema`: one JSON Schema object of the parameters and the fields of the body."""

    method: str
    path: str
    parameters: Mapping[str, Body]
    schema: Body


@cache
def operation(operation_id: str) -> Operation:
    method, path, described = next(
        (method.upper(), path, described)
        for path, methods in description()["paths"].items()
        for method, described in methods.items()
        if described["operationId"] == operation_id
    )
    parameters = {
        RENAMED.get(each["name"], each["name"]): each
        for each in described["parameters"]
        if each["in"] != "header" or each["name"] in RENAMED
    }
    properties = {name: one["schema"] | {"description": one["description"]} for name, one in parameters.items()}
    content = described.get("requestBody", {}).get("content")
    body = _inlined(content["application/json"]["schema"]) if content else {}
    schema = {
        "type": "object",
        "properties": _inlined(properties) | body.get("properties", {}),
        "required": [name for name, one in parameters.items() if one.get("required")] + body.get("required", []),
        "additionalProperties": False,
    }
    return Operation(method, path, parameters, schema)


def send(environ: Mapping[str, Any], operation_id: str, arguments: Body) -> Body:
    """`environ`: of WSGI, with the API key. Returns the body, with the ETag as `etag`. Raises Refused."""
    method, path, parameters, _ = operation(operation_id)
    query, headers, fields = {}, {}, {}
    for name, value in arguments.items():
        text = value if isinstance(value, str) else json.dumps(value)
        match parameters.get(name):
            case {"in": "path", "name": parameter}:
                path = path.replace(f"{{{parameter}}}", quote(text, safe=""))
            case {"in": "query"}:
                query[name] = text
            case {"in": "header", "name": parameter}:
                headers[f"HTTP_{parameter.upper().replace('-', '_')}"] = text
            case _:
                fields[name] = value
    content = b"" if method == "GET" else json.dumps(fields).encode()
    line = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": urlencode(query)}
    sent = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(content)), "wsgi.input": BytesIO(content)}
    view, _, path_arguments = resolve(path)
    response = view(WSGIRequest({**environ, **headers, **line, **sent}), **path_arguments)
    body: Body = json.loads(response.content)
    if response.status_code >= 400:
        raise Refused(body)
    return {"etag": response.headers["ETag"], **body} if "ETag" in response.headers else body


def _inlined(schema: Any) -> Any:
    """Replaces references by what they refer to."""
    if isinstance(schema, list):
        return [_inlined(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    name = schema.get("$ref", "").rpartition("/")[2]
    referred = _inlined(description()["components"]["schemas"][name]) if name else {}
    return {**referred, **{key: _inlined(value) for key, value in schema.items() if key != "$ref"}}
