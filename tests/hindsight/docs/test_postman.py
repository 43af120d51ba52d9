"""The Postman collection has every call of the OpenAPI description, and its requests work."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from hindsight.api.schema import description
from interviews.models import InterviewRequest
from orgs.models import Scopes
from orgs.services import create_api_key
from tests.client import ApiClient
from tests.factories import InterviewTypeFactory
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint

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
        (method.upper(), re.sub(r"{(\w+)}", r":\1", path.removeprefix("/api/v1"))): operation
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


@pytest.mark.slow
def test_the_requests_work(interview_request: InterviewRequest, collection: Any) -> None:
    org = interview_request.org
    interview_type = InterviewTypeFactory.create(org=org)
    endpoint = create_endpoint(org_id=org.pk, url=clean_url("http://127.0.0.1:9/"), event_types=["interview.completed"])
    api = ApiClient(create_api_key(org=org, name="CRM", scopes=Scopes.ALL)[1])
    api.put("/deals/deal_xyz789", {"outcome": "won"})
    stored: set[str] = set()
    for item in collection["item"]:
        request = item["request"]
        first, *rest = request["url"]["path"]
        row_id = endpoint.public_id if first == "webhook-endpoints" else str(interview_request.pk)
        path = "/".join(["", first, *rest]).replace(":id", row_id).replace(":deal_id", "deal_xyz789")
        enabled = {pair["key"]: pair["value"] for pair in request["url"]["query"] if not pair["disabled"]}
        path += f"?{urlencode(enabled)}" if enabled else ""
        sent = {"body": None} | request
        raw = sent["body"] and sent["body"]["raw"].replace("type_12", interview_type.public_id)
        body = raw and json.loads(raw.replace("https://crm.example.com", "http://127.0.0.1:9"))
        with transaction.atomic():
            response = getattr(api, request["method"].lower())(path, *([body] if body else []))
            stored |= {*org.interview_requests.values_list("objective", flat=True)}
            stored |= {*org.interview_requests.values_list("deal_id", flat=True)}
            transaction.set_rollback(True)  # the requests do not depend on each other
        (example,) = item["response"]
        assert response.status_code == example["code"]
        assert response.json().keys() == json.loads(example["body"]).keys()
    assert stored >= {"Focus on why pricing was a blocker vs. Competitor X", "deal_xyz789"}
