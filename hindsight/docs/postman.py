"""A Postman collection (format 2.1) of the calls of the API."""

from http import HTTPStatus
from typing import Any

from django.conf import settings

from hindsight.api.schema import description
from hindsight.docs.calls import PREFIX, Call, Parameter, calls

FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
ABOUT = "Set the variable `api_key` to your API key. Share it with nobody: do not save it in a shared collection."

Json = dict[str, Any]


def collection() -> Json:
    info = description()["info"]
    return {
        "info": {"name": info["title"], "description": f"{info['description']}\n\n{ABOUT}", "schema": FORMAT},
        "variable": [_pair("base_url", settings.PUBLIC_BASE_URL + PREFIX), _pair("api_key", "")],
        "auth": {"type": "bearer", "bearer": [{**_pair("token", "{{api_key}}"), "type": "string"}]},
        "item": [_item(call) for call in calls()],
    }


def _item(call: Call) -> Json:
    request = _request(call)
    example = {
        "name": "Example",
        "originalRequest": request,
        "code": call.status,
        "status": HTTPStatus(call.status).phrase,
        "header": [_pair("Content-Type", "application/json")],
        "body": call.response,
        "_postman_previewlanguage": "json",
    }
    return {"name": call.title, "request": request, "response": [example]}


def _request(call: Call) -> Json:
    headers = [_optional(header) for header in call.headers]
    request: Json = {
        "method": call.method,
        "description": call.description,
        "url": _url(call),
        "header": [_pair("Accept", "application/json"), *headers],
    }
    if call.body:
        request["header"].insert(0, _pair("Content-Type", "application/json"))
        request["body"] = {"mode": "raw", "raw": call.body, "options": {"raw": {"language": "json"}}}
    return request


def _url(call: Call) -> Json:
    """Postman writes a variable of the path as `:id`."""
    segments = [
        f":{segment[1:-1]}" if segment.startswith("{") else segment for segment in call.path.strip("/").split("/")
    ]
    return {
        "raw": "/".join(["{{base_url}}", *segments]),
        "host": ["{{base_url}}"],
        "path": segments,
        "variable": [
            {**_pair(parameter.name, ""), "description": parameter.description}
            for parameter in call.parameters_in("path")
        ],
        "query": [_optional(parameter) for parameter in call.parameters_in("query")],
    }


def _pair(key: str, value: str) -> Json:
    return {"key": key, "value": value}


def _optional(parameter: Parameter) -> Json:
    """Postman sends a disabled parameter only after it is enabled."""
    pair = _pair(parameter.name, parameter.example)
    return {**pair, "description": parameter.description, "disabled": not parameter.required}
