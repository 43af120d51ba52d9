"""An API client that validates every response against the OpenAPI schema."""

import json
import re
from functools import cache
from typing import Any, Self

from django.test import Client
from jsonschema import Draft202012Validator

from hindsight.api.schema import description
from orgs.models import Org, Scopes
from orgs.services import create_api_key

HEADERS_OF_ALL = ("X-Request-Id",)
HEADERS_OF_AUTHENTICATED = (
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
    *("RateLimit", "RateLimit-Policy"),
)


class ApiClient:
    """An API client of one org, or without a key."""

    def __init__(self, key: str | None = None) -> None:
        self.key = key
        self.client = Client(raise_request_exception=False)

    @classmethod
    def of(cls, org: Org, scopes: str = Scopes.READ_WRITE) -> Self:
        """With a new key."""
        return cls(create_api_key(org=org, name="CRM", scopes=scopes)[1])

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, None, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """Bytes are sent unchanged, other bodies as JSON."""
        return self.send("PATCH", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key is not None:
            sent.setdefault("Authorization", f"Bearer {self.key}")
        content_type = sent.pop("Content-Type", "application/json")
        response = self.client.generic(method, f"/api/v1{path}", data, content_type, headers=sent)
        check_response(method, path, response)
        return response


def check_response(method: str, path: str, response: Any) -> None:
    """Asserts that status, body and headers match the schema."""
    assert all(name in response.headers for name in HEADERS_OF_ALL)
    if response.status_code == 304:
        return
    assert response.headers["Content-Type"] == "application/json", response.content
    body = json.loads(response.content)
    described = described_response(method, path.partition("?")[0], response.status_code)
    schema = described["content"]["application/json"]["schema"]
    errors = [f"{error.json_path}: {error.message}" for error in validator(json.dumps(schema)).iter_errors(body)]
    assert not errors, (errors, body)
    counted = {name for name in HEADERS_OF_AUTHENTICATED if name in response.headers}
    assert counted <= described["headers"].keys()
    if response.status_code < 400:
        assert counted == set(HEADERS_OF_AUTHENTICATED)
    else:
        assert body["error"]["request_id"] == response.headers["X-Request-Id"]
        # A server of its own process has another PUBLIC_BASE_URL.
        assert body["error"]["doc_url"].endswith(f"/api/docs/behaviour#{body['error']['code']}")


def described_response(method: str, path: str, status: int) -> dict[str, Any]:
    """The OpenAPI response object; for unknown paths and methods, one that every operation has."""
    for template, operations in description()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), f"/api/v1{path}") and method.lower() in operations:
            responses = operations[method.lower()]["responses"]
            assert str(status) in responses, f"{status} is not a documented response of {method} {template}"
            return resolved(responses[str(status)])
    assert status in (400, 401, 404, 405, 429), f"{status} for {method} {path}, which is not documented"
    return resolved(description()["paths"]["/api/v1/interviews"]["get"]["responses"][str(status)])


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    """Follows `$ref`."""
    if "$ref" not in response:
        return response
    return dict(description()["components"]["responses"][response["$ref"].rpartition("/")[2]])


@cache
def validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(
        {**json.loads(schema), "components": description()["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
