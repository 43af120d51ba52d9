"""Each field of the PATCH: written, audited, restorable, in the budget, erased, with an example."""

from typing import Any

import pytest
from pytest_django import Settings

from contacts.models import Contact
from hindsight.limits import day_counts
from interviews.api import examples
from interviews.api.requests import UpdateInterviewRequest
from interviews.models import InterviewRequest
from interviews.services.restoring import RESTORABLE
from interviews.services.update import PATCHED
from orgs.audit import restore
from orgs.models import Change
from tests.client import ApiClient
from tests.interviews.steps import SAM, erase, write

FIELDS = sorted(UpdateInterviewRequest().fields)


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


def test_a_field_is_added_in_one_place(monkeypatch: pytest.MonkeyPatch, interview_request: InterviewRequest) -> None:
    """The address is no field of the PATCH, but a part of the search text and audited."""
    monkeypatch.setitem(PATCHED, "contact_email", (Contact, "email"))
    write(interview_request, contact_email="carol@example.com", objective="New")
    assert Contact.objects.search("carol@example.com").search("alice").get().email == "carol@example.com"
    assert set(Change.objects.values_list("field", "before")) == {
        ("email", "alice@example.com"),
        ("objective", "Old objective"),
    }
