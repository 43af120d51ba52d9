"""Each field of the PATCH: written, audited, restorable, in the budget, erased, shown, documented, with an example."""

import re
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from contacts.models import Contact
from hindsight.api.schema import description
from hindsight.limits import day_counts
from interviews.api import examples
from interviews.api.requests import UpdateInterviewRequest
from interviews.models import InterviewRequest
from interviews.services.restoring import RESTORABLE
from interviews.services.update import PATCHED
from orgs.audit import restore
from orgs.models import Change
from tests.client import ApiClient
from tests.interviews.steps import SAM, erase

FIELDS = sorted(UpdateInterviewRequest().fields)
DOCS = Path(__file__).parents[3] / "docs"


def texts(interview_request: InterviewRequest) -> dict[tuple[str, str], str]:
    """The texts that staff and the API can overwrite."""
    row = InterviewRequest.objects.select_related("contact").get(pk=interview_request.pk)
    rows = {Contact: row.contact, InterviewRequest: row}
    return {
        (kind, field): getattr(each, field)
        for each in rows.values()
        for kind in [str(each._meta.model_name)]
        for field in RESTORABLE[kind]
    }


def row_of(change: Change) -> Any:
    model = {"contact": Contact, "interviewrequest": InterviewRequest}[change.object_type]
    return model._default_manager.get(pk=change.object_id)


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_written_audited_counted_restorable_and_erased(
    acme_api: ApiClient, interview_request: InterviewRequest, settings: Settings, field: str
) -> None:
    settings.AUDIT_BYTES_PER_DAY = 10**6
    path, org = f"/interviews/{interview_request.pk}", str(interview_request.org_id)
    assert acme_api.patch(path, {field: "An earlier text"}).status_code == 200
    before, spent, known = texts(interview_request), day_counts.budget_of(org).spent, Change.objects.count()
    assert acme_api.patch(path, {field: examples.UPDATE[field]}).status_code == 200
    after = texts(interview_request)
    (written,) = (name for name in after if after[name] != before[name])
    (change,) = Change.objects.all()[: Change.objects.count() - known]
    assert ((change.object_type, change.field), change.before) == (written, "An earlier text")
    assert day_counts.budget_of(org).spent - spent == len("An earlier text")
    restore(row_of(change), change, actor=SAM)
    assert texts(interview_request) == before
    erase(interview_request)
    assert not any(texts(interview_request).values())
    assert not Change.objects.exclude(before=None).exists()


def shown(body: dict[str, Any], field: str) -> Any:
    """The value that GET shows for the column of a field: of the contact, or of the interview request."""
    model, column = PATCHED[field]
    return (body["contact"] if model is Contact else body)[column]


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = description()["components"]["schemas"][name]["properties"]
    return found


def max_length(schema: dict[str, Any]) -> int:
    context = description()["components"]["schemas"]["ContactContext"]
    return int((context["then"] if "allOf" in schema else schema)["maxLength"])


@pytest.mark.parametrize("field", FIELDS)
def test_get_shows_what_was_sent_up_to_the_length_of_the_schema(
    acme_api: ApiClient, interview_request: InterviewRequest, field: str
) -> None:
    path, (model, column) = f"/interviews/{interview_request.pk}", PATCHED[field]
    length = max_length(properties("UpdateInterviewRequest")[field])
    created = examples.CREATE | {"interview_type_id": interview_request.interview_type.public_id}
    for text in ("x" * length, "Another text"):
        assert acme_api.patch(path, {field: text}).status_code == 200
        assert shown(acme_api.get(path).json(), field) == text
        assert texts(interview_request)[str(model._meta.model_name), column] == text
        new = acme_api.post("/interviews", created | {field: text}).json()["interview_request_id"]
        assert shown(acme_api.get(f"/interviews/{new}").json(), field) == text
    for refused in (
        acme_api.patch(path, {field: "x" * (length + 1)}),
        acme_api.post("/interviews", created | {field: "x" * (length + 1)}),
    ):
        assert (refused.status_code, [each["field"] for each in refused.json()["error"]["details"]]) == (400, [field])
    assert shown(acme_api.get(path).json(), field) == "Another text"


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_in_the_schemas_and_in_the_tables_of_the_docs(field: str) -> None:
    model, column = PATCHED[field]
    assert column in properties("Contact" if model is Contact else "InterviewRequest")
    length = max_length(properties("UpdateInterviewRequest")[field])
    assert max_length(properties("CreateInterviewRequest")[field]) == length
    assert re.search(rf"^\| `{field}` \| [^|]{{2,}} \| [^|]{{2,}} \|$", (DOCS / "api.md").read_text(), re.MULTILINE)
    assert f"`{field}`" in description()["paths"]["/api/v1/interviews/{id}"]["patch"]["description"]
    label = field.replace("_", " ")
    sizes = (DOCS / "operations.md").read_text().partition("\n## Size limits\n")[2].partition("\n## ")[0]
    assert re.search(rf"^\| {label}( \(\w+\))? \| {length:,} characters \|$", sizes, re.MULTILINE)
