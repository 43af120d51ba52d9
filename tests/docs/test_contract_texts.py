"""docs/api.md and the generated texts agree with the code: error codes, plans and endpoints."""

import re
from pathlib import Path

import pytest
from django.test import Client

from hindsight.api import errors
from hindsight.api.markdown import contract_text
from hindsight.api.schema import description
from orgs.plans import REQUESTS_PER_MINUTE

API_GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.django_db


def error_classes() -> list[type[errors.ApiError]]:
    return errors.ApiError.__subclasses__()


def test_each_error_code_has_one_class() -> None:
    assert {error.code for error in error_classes()} == set(errors.ErrorCode)
    assert len(error_classes()) == len(errors.ErrorCode)


def test_docs_list_every_error_code_with_its_status() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", API_GUIDE, re.MULTILINE))
    assert documented == {(error.code.value, str(error.status_code)) for error in error_classes()}


def test_docs_list_the_limit_of_every_plan() -> None:
    documented = dict(re.findall(r"^\| (Essentials|Growth|Enterprise) \| ([\d,]+) \|", API_GUIDE, re.MULTILINE))
    assert {plan.lower(): int(limit.replace(",", "")) for plan, limit in documented.items()} == REQUESTS_PER_MINUTE


def test_contract_md_has_every_operation_and_field() -> None:
    text = contract_text()
    for path, operations in description()["paths"].items():
        for method in operations:
            assert f"## {method.upper()} {path}: " in text
    for name in ("contact_context", "contact_name", "objective", "contact_email", "interview_type_id", "next_cursor"):
        assert f"`{name}`" in text
    assert "$ref" not in text


def test_links_of_llms_txt_work() -> None:
    text = Client().get("/llms.txt").content.decode()
    links = re.findall(r"\]\(http://127\.0\.0\.1:8000(/[^)]*)\)", text)
    assert len(links) == 4
    assert {Client().get(link).status_code for link in links} == {200}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/json", "application/json"),
        ("*/*", "application/yaml; charset=utf-8"),
        ("text/html", "application/yaml; charset=utf-8"),
    ],
)
def test_the_schema_is_json_if_accept_asks_for_it(accept: str, media_type: str) -> None:
    response = Client().get("/api/schema", headers={"Accept": accept})
    assert (response.status_code, response.headers["Content-Type"]) == (200, media_type)
    assert b"3.1.0" in response.content
