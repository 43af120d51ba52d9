"""The OpenAPI description is as strict as the server, and its examples match it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hindsight import __version__
from hindsight.api.schema import description
from interviews.api import examples
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.client import ApiClient, resolved, validator
from tests.factories import InterviewTypeFactory

pytestmark = pytest.mark.django_db


def test_it_has_the_version_of_the_code() -> None:
    assert description()["info"]["version"] == __version__


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def bodies() -> dict[str, dict[str, Any]]:
    """The media type objects of all bodies."""
    found = {}
    for name, operation in operations():
        if "requestBody" in operation:
            found[name] = operation["requestBody"]["content"]["application/json"]
        for status, response in operation["responses"].items():
            if "content" in resolved(response):
                found[f"{name} {status}"] = resolved(response)["content"]["application/json"]
    return found


@pytest.mark.parametrize(("name", "body"), bodies().items(), ids=bodies())
def test_each_body_has_one_example_that_matches_its_schema(name: str, body: dict[str, Any]) -> None:
    (example,) = body["examples"].values()
    assert not list(validator(json.dumps(body["schema"])).iter_errors(example["value"]))


def request_validator(method: str, path: str) -> Draft202012Validator:
    return validator(json.dumps(bodies()[f"{method} /api/v1{path}"]["schema"]))


@pytest.mark.parametrize(
    "change",
    [
        {"contact_email": "jane"},
        {"contact_email": "a" * 250 + "@example.com"},
        {"interview_type_id": 12},
        {"interview_type_id": "12"},
        {"contact_name": ""},
        {"contact_name": " "},
        {"contact_name": "x" * 256},
        {"contact_context": ["CTO"]},
        {"contact_context": None},
        {"contact_context": "x" * 100_001},
        {"deal_id": "x" * 256},
        {"objective": "x" * 10_001},
        {"objective": None},
        {"sequence_id": "seq_1"},
    ],
    ids=lambda change: " ".join(change),
)
def test_schema_and_server_refuse_the_same_creates(acme: Org, acme_api: ApiClient, change: dict[str, Any]) -> None:
    body = examples.CREATE | {"interview_type_id": InterviewTypeFactory.create(org=acme).public_id}
    schema = request_validator("POST", "/interviews")
    assert schema.is_valid(body)
    assert acme_api.post("/interviews", body).status_code == 201
    assert not schema.is_valid(body | change)
    assert acme_api.post("/interviews", body | change).status_code == 400
    assert InterviewRequest.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"name": "Jane"}, {"contact_name": "Jane", "status": "sent"}])
def test_schema_and_server_refuse_the_same_updates(
    acme_api: ApiClient, interview_request: InterviewRequest, body: dict[str, Any]
) -> None:
    assert not request_validator("PATCH", "/interviews/{id}").is_valid(body)
    assert acme_api.patch(f"/interviews/{interview_request.pk}", body).status_code == 400


def test_every_body_is_required_and_every_operation_declares_405() -> None:
    for name, operation in operations():
        assert operation.get("requestBody", {"required": True})["required"], name
        assert resolved(operation["responses"]["405"])["headers"]["Allow"], name


def test_only_responses_to_a_valid_key_have_rate_limit_headers() -> None:
    for name, operation in operations():
        counted = {
            status
            for status, response in operation["responses"].items()
            if "X-RateLimit-Remaining" in resolved(response)["headers"]
        }
        assert counted == operation["responses"].keys() - {"401"}, name


# Classes of the code that openapi-generator adds to the models, in Ruby and other languages.
RUNTIME_CLASSES = {"ApiClient", "ApiError", "ApiException", "ApiModelBase", "Configuration", "ResponseError"}


def test_generated_clients_have_no_name_twice() -> None:
    """Constants of the Go client are global."""
    schemas = description()["components"]["schemas"]
    assert not RUNTIME_CLASSES & schemas.keys()
    constants = [name for schema in schemas.values() for name in schema.get("x-enum-varnames", ())]
    assert "CoverageStatusDeclined" in constants
    assert [name for name in constants if not name.isidentifier()] == []
    assert len(constants) == len({*constants, *schemas} - schemas.keys())
    assert all("x-enum-varnames" in schema for schema in schemas.values() if "enum" in schema)


def test_no_type_is_named_twice() -> None:
    """openapi-generator refuses such a description."""

    def lists(value: Any) -> Iterator[list[str]]:
        if isinstance(value, dict) and isinstance(value.get("type"), list):
            yield value["type"]
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from lists(each)

    assert [types for types in lists(description()) if len(types) != len(set(types))] == []
