"""The OpenAPI description is as strict as the server, and its examples match it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from hindsight.api.schema import description
from interviews.api import examples
from interviews.api.urls import urlpatterns
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.client import ApiClient, resolved, validator
from tests.factories import InterviewTypeFactory

pytestmark = pytest.mark.django_db


def test_the_schema_describes_every_path_of_the_api() -> None:
    described = {path.removeprefix("/") for path in description()["paths"]}
    assert described == {re.sub(r"<\w+:(\w+)>", r"{\1}", str(route.pattern)) for route in urlpatterns}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [("application/json", "application/json"), ("text/html", "application/yaml; charset=utf-8")],
)
def test_the_schema_is_json_if_accept_asks_for_it(accept: str, media_type: str) -> None:
    response = Client().get("/api/schema", headers={"Accept": accept})
    assert (response.status_code, response.headers["Content-Type"]) == (200, media_type)
    assert description()["info"]["version"].encode() in response.content


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
def test_each_body_has_examples_that_match_its_schema(name: str, body: dict[str, Any]) -> None:
    assert len(body["examples"]) == (2 if name == "POST /api/v1/interviews 409" else 1)
    for example in body["examples"].values():
        assert not list(validator(json.dumps(body["schema"])).iter_errors(example["value"]))


def test_each_error_of_a_status_has_an_example() -> None:
    examples = description()["paths"]["/api/v1/interviews"]["post"]["responses"]["409"]["content"]["application/json"]
    codes = {name: example["value"]["error"]["code"] for name, example in examples["examples"].items()}
    assert codes == {"Conflict": "conflict", "IdempotencyConflict": "idempotency_conflict"}


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
        {"sequence_id": "1"},
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
