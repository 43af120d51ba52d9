"""docs/api.md and the generated texts agree with the code: error codes, plans and endpoints."""

import re
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from contacts.text import MAX_NAME_LENGTH, MAX_NOTES_LENGTH
from deals.text import MAX_DEAL_ID_LENGTH
from hindsight.api import errors
from hindsight.api.idempotency import LIFETIME_HOURS
from hindsight.api.models import MAX_KEY_LENGTH
from hindsight.api.pagination import DEFAULT_LIMIT, MAX_LIMIT
from hindsight.api.schema import description
from hindsight.server.bodies import MAX_BODY_BYTES
from interviews.api.urls import urlpatterns
from interviews.lifecycle import Progress
from interviews.text import MAX_OBJECTIVE_LENGTH
from orgs.management.commands.rotate_api_key import Command as RotateApiKey
from orgs.plans import REQUESTS_PER_MINUTE
from webhooks.models.event import EVENT_TYPES, TEST_EVENT

NONE = "\N{EN DASH}"
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


def test_the_schema_describes_every_path_of_the_api() -> None:
    described = {path.removeprefix("/") for path in description()["paths"]}
    assert described == {re.sub(r"<\w+:(\w+)>", r"{\1}", str(route.pattern)) for route in urlpatterns}


def table(*header: str) -> dict[str, list[str]]:
    """The cells of each row, by the names in its first cell."""
    lines = API_GUIDE.partition(f"\n| {' | '.join(header)} |\n")[2].splitlines()
    rows = [line.strip("| ").split(" | ") for line in takewhile(lambda line: line.startswith("|"), lines)][1:]
    return {name: cells for first, *cells in rows for name in re.findall(r"`([\w.]+)`", first)}


def used(cells: dict[str, list[str]], column: int) -> set[str]:
    return {name for name, texts in cells.items() if texts[column] != NONE}


def fields_of(schema: str) -> dict[str, Any]:
    properties: dict[str, Any] = description()["components"]["schemas"][schema]["properties"]
    return properties


def query_of(path: str) -> set[str]:
    parameters = description()["paths"][f"/api/v1{path}"]["get"]["parameters"]
    return {parameter["name"] for parameter in parameters if parameter["in"] == "query"}


def test_the_tables_of_bodies_have_every_field() -> None:
    fields = table("field", "in a POST", "in a PATCH")
    assert used(fields, 0) == fields_of("CreateInterviewRequest").keys()
    assert used(fields, 1) == fields_of("UpdateInterviewRequest").keys()
    deal = table("field", "value")
    assert deal.keys() == fields_of("ReplaceDeal").keys()
    for name in ("reported_reason", "competitor", "segment"):
        assert f"at most {fields_of('ReplaceDeal')[name]['maxLength']:,} characters" in deal[name][0]


def test_every_query_parameter_is_in_its_table_or_section() -> None:
    parameters = table("parameter", "search", "findings")
    assert (used(parameters, 0), used(parameters, 1)) == (query_of("/transcripts/search"), query_of("/findings"))
    for path, *titles in (
        ("/interviews", "Finding requests", "Following many requests", "Cancelling, and correcting an address"),
        ("/deals", "Deals"),
    ):
        sections = "".join(API_GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0] for title in titles)
        assert [name for name in query_of(path) if f"`{name}`" not in sections] == []


def test_the_tables_of_events_and_of_progress_are_those_of_the_code() -> None:
    events = {name: text for name, (text,) in table("event", "when").items()}
    assert events.pop(TEST_EVENT)
    assert events == EVENT_TYPES
    assert table("`progress`", "when").keys() == {*Progress.values}


def test_the_guide_has_every_name_of_the_schema() -> None:
    names = set[str]()
    for schema in description()["components"]["schemas"].values():
        names |= {*schema.get("properties", ()), *filter(None, schema.get("enum", ()))}
    assert [name for name in sorted(names) if not re.search(rf'[`"]{re.escape(name)}[`":]', API_GUIDE)] == []


def test_the_guide_states_the_limits_of_the_code() -> None:
    grace = RotateApiKey().create_parser("manage.py", "rotate_api_key").get_default("grace_days")
    for statement in (
        f"at most {MAX_BODY_BYTES // 2**20} MiB",
        f"notes {MAX_NOTES_LENGTH:,} characters",
        f"objective {MAX_OBJECTIVE_LENGTH:,} characters",
        f"`limit` (1 to {MAX_LIMIT}) per page, or {DEFAULT_LIMIT} if you do not send it",
        f"1 to {MAX_KEY_LENGTH} visible ASCII characters",
        f"For {LIFETIME_HOURS} hours",
        f"After {LIFETIME_HOURS} hours",
        f"still works for {grace} days",
    ):
        assert statement in API_GUIDE
    assert MAX_NAME_LENGTH == MAX_DEAL_ID_LENGTH
    assert f"a deal id {MAX_NAME_LENGTH} characters" in API_GUIDE


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
