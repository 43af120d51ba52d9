"""The Postman collection has every call of the OpenAPI description, and its requests work."""

import json
from typing import Any

import pytest
from django.test import Client

from hindsight.api.schema import description
from interviews.models import InterviewRequest
from tests.client import ApiClient
from tests.factories import InterviewTypeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def collection() -> Any:
    return Client().get("/api/postman.json").json()


def requests_in(collection: Any) -> dict[tuple[str, str], Any]:
    """By method and path."""
    return {
        (item["request"]["method"], "/".join(["", *item["request"]["url"]["path"]])): item["request"]
        for item in collection["item"]
    }


def test_every_operation_has_a_request_with_its_parameters(collection: Any) -> None:
    requests = requests_in(collection)
    operations = {
        (method.upper(), path.removeprefix("/api/v1").replace("{id}", ":id")): operation
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    }
    assert requests.keys() == operations.keys()
    for call, operation in operations.items():
        url, headers = requests[call]["url"], requests[call]["header"]
        shown = {place: {pair["key"] for pair in url[place]} for place in ("query", "variable")}
        shown["header"] = {pair["key"] for pair in headers} - {"Accept", "Content-Type"}
        for place, name in (("query", "query"), ("variable", "path"), ("header", "header")):
            assert shown[place] == {each["name"] for each in operation["parameters"] if each["in"] == name}


def test_url_and_key_are_variables(collection: Any) -> None:
    variables = {variable["key"]: variable["value"] for variable in collection["variable"]}
    assert variables == {"base_url": "http://127.0.0.1:8000/api/v1", "api_key": ""}
    assert collection["auth"] == {
        "type": "bearer",
        "bearer": [{"key": "token", "value": "{{api_key}}", "type": "string"}],
    }
    assert {request["url"]["host"][0] for request in requests_in(collection).values()} == {"{{base_url}}"}


def test_the_requests_work(acme_api: ApiClient, interview_request: InterviewRequest, collection: Any) -> None:
    interview_type = InterviewTypeFactory.create(org=interview_request.org)
    for item in collection["item"]:
        request = item["request"]
        path = "/".join(["", *request["url"]["path"]]).replace(":id", str(interview_request.pk))
        sent = {"body": None} | request
        body = sent["body"] and json.loads(sent["body"]["raw"].replace("type_12", interview_type.public_id))
        response = getattr(acme_api, request["method"].lower())(path, *([body] if body else []))
        (example,) = item["response"]
        assert response.status_code == example["code"]
        assert response.json().keys() == json.loads(example["body"]).keys()
    interview_request.refresh_from_db()
    assert interview_request.objective == "Focus on why pricing was a blocker vs. Competitor X"
    assert interview_request.org.interview_requests.filter(deal_id="deal_xyz789").count() == 1
