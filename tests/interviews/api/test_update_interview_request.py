"""PATCH /api/v1/interviews/{id}."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from interviews.models import InterviewRequest
from interviews.services.transitions import complete_interview
from orgs.actors import Actor
from orgs.authentication import Principal
from orgs.models import ApiKey, Change
from tests.client import ApiClient
from tests.history import history_of
from tests.interviews.steps import another, erase


def stored() -> tuple[str, str, str]:
    """The stored notes, name and objective."""
    return InterviewRequest.objects.values_list("contact__notes", "contact__name", "objective").get()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"contact_context": ""}, ("", "Alice", "Old objective")),
        ({"contact_context": "  kept as it is \n"}, ("  kept as it is \n", "Alice", "Old objective")),
        ({"contact_name": "  Alice B.\t"}, ("Old notes", "Alice B.", "Old objective")),
        ({"contact_name": "A" * 255}, ("Old notes", "A" * 255, "Old objective")),
        ({"objective": "New"}, ("Old notes", "Alice", "New")),
        ({"objective": ""}, ("Old notes", "Alice", "")),
        ({"objective": "x" * 10_000}, ("Old notes", "Alice", "x" * 10_000)),
        ({"contact_context": "é" * 100_000}, ("é" * 100_000, "Alice", "Old objective")),
        ({"contact_context": "New", "contact_name": "Al"}, ("New", "Al", "Old objective")),
        ({"contact_context": "😀 “quotes” \\ \"'<b>"}, ("😀 “quotes” \\ \"'<b>", "Alice", "Old objective")),
    ],
    ids=lambda value: None if isinstance(value, tuple) else ",".join(value),
)
def test_only_sent_fields_are_written(
    acme_api: ApiClient, path: str, body: dict[str, str], expected: tuple[str, str, str]
) -> None:
    assert acme_api.patch(path, body).status_code == 200
    assert stored() == expected
    audited = Change.objects.order_by("id").values_list("field", "before")
    before = {"contact_name": ("name", "Alice"), "contact_context": ("notes", "Old notes")}
    before["objective"] = ("objective", "Old objective")
    assert list(audited) == [replaced for field, replaced in before.items() if field in body]


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"title": "CTO", "evaluation_notes": "Completed 30-day POC, main concern is pricing"},
        {"z": 1, "a": {"n": [1, 2.5, -0.1, True, None, "é 😀 日本"]}, "": ""},
        {"big": 12345678901234567890, "small": 1e-300},
    ],
)
def test_an_object_becomes_readable_json_that_parses_back(
    acme_api: ApiClient, path: str, context: dict[str, Any]
) -> None:
    assert acme_api.patch(path, {"contact_context": context}).status_code == 200
    notes = stored()[0]
    assert json.loads(notes) == context
    assert list(json.loads(notes)) == list(context), "the order of the keys is kept"
    assert "\\u" not in notes
    assert len(notes.splitlines()) > len(context), "a line for each member"


def test_interview_requests_of_a_contact_share_the_notes_but_not_the_objective(
    acme_api: ApiClient, interview_request: InterviewRequest, path: str
) -> None:
    another(interview_request, objective="Its own")
    acme_api.patch(path, {"contact_context": "Shared", "objective": "This one's"})
    both = InterviewRequest.objects.order_by("pk").values_list("contact__notes", "objective")
    assert [*both] == [("Shared", "This one's"), ("Shared", "Its own")]


def test_another_orgs_request_gets_the_response_of_a_missing_one_and_is_unchanged(
    globex_api: ApiClient, path: str
) -> None:
    foreign = globex_api.patch(path, {"objective": "Stolen"})
    missing = globex_api.patch("/interviews/999999", {"objective": "Stolen"})
    assert foreign.status_code == missing.status_code == 404
    assert without_id(foreign) == without_id(missing)
    assert stored()[2] == "Old objective"
    assert not Change.objects.exists()


def without_id(response: Any) -> dict[str, Any]:
    error: dict[str, Any] = response.json()["error"]
    return {name: value for name, value in error.items() if name != "request_id"}


def test_an_objective_after_the_interview_is_stored_and_changes_nothing_of_it(
    acme_api: ApiClient, interview_request: InterviewRequest, path: str
) -> None:
    coverage = [{"topic": "pricing", "title": "Price", "status": "not_asked", "turns": []}]
    complete_interview(interview_request, content="**Paige:** Why?", coverage=coverage)
    before = acme_api.get(path).json()
    response = acme_api.patch(path, {"objective": "Focus on the trial", "contact_context": "Later"})
    assert (response.status_code, response.json()) == (200, {"interview_request_id": interview_request.pk})
    after = acme_api.get(path).json()
    assert (after["objective"], after["status"]) == ("Focus on the trial", "completed")
    assert after["transcript"] == before["transcript"]


def test_the_audit_keeps_the_replaced_texts(
    acme_api: ApiClient, acme_key: str, interview_request: InterviewRequest, path: str
) -> None:
    body = {"contact_context": "New notes", "contact_name": "Alice", "objective": "New objective"}
    acme_api.patch(path, body, X_Request_Id="crm-77")
    changes = Change.objects.order_by("id")
    assert list(changes.values_list("object_type", "object_id", "field", "before")) == [
        ("contact", interview_request.contact_id, "notes", "Old notes"),
        ("interviewrequest", interview_request.pk, "objective", "Old objective"),
    ], "one entry for each field that changed: the name did not"
    assert history_of(interview_request.contact) == [("notes", "Old notes", "New notes")]
    assert history_of(interview_request) == [("objective", "Old objective", "New objective")]
    assert set(changes.values_list("actor_kind", "actor", "request_id", "org")) == {
        ("api_key", acme_key[:12], "crm-77", interview_request.org_id)
    }
    assert all(abs((change.created_at - timezone.now()).total_seconds()) < 60 for change in changes)
    assert list(Change.objects.of(interview_request.contact)) == [changes[0]]


def test_an_update_with_equal_texts_writes_nothing(acme_api: ApiClient, path: str) -> None:
    before = InterviewRequest.objects.get().updated_at
    assert acme_api.patch(path, {"objective": "Old objective"}).status_code == 200
    assert InterviewRequest.objects.get().updated_at == before
    assert not Change.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {"If_Match": "*"}], ids=["without If-Match", "with If-Match"])
def test_a_failure_writes_nothing(
    acme_api: ApiClient, path: str, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    nobody = Actor(None, "nobody")  # type: ignore[arg-type]  # the audit needs a kind
    monkeypatch.setattr(Principal, "actor", nobody)
    response = acme_api.patch(path, {"contact_context": "New", "objective": "New"}, **headers)
    assert (response.status_code, response.json()["error"]["code"]) == (500, "internal_error")
    assert "Old notes" not in response.content.decode(), "the database error quotes the row"
    assert stored() == ("Old notes", "Alice", "Old objective")


class TestIfMatch:
    @pytest.mark.parametrize("field", ["contact_context", "contact_name", "objective"])
    def test_a_changed_version_is_not_overwritten(self, acme_api: ApiClient, path: str, field: str) -> None:
        etag = acme_api.get(path).headers["ETag"]
        acme_api.patch(path, {field: "Theirs"})
        before = stored()
        body = {"contact_context": "Mine", "objective": "Mine", "contact_name": "Mine"}
        response = acme_api.patch(path, body, If_Match=etag)
        assert (response.status_code, response.json()["error"]["code"]) == (412, "precondition_failed")
        assert stored() == before
        assert Change.objects.count() == 1

    @pytest.mark.parametrize(
        "body",
        [
            {"contact_context": "New"},
            {"contact_name": "New"},
            {"objective": "New"},
            {"contact_context": "New", "contact_name": "New", "objective": "New"},
            {"objective": "Old objective"},
        ],
        ids=lambda body: ",".join(body),
    )
    def test_the_response_has_the_etag_of_the_next_get(
        self, acme_api: ApiClient, path: str, body: dict[str, str]
    ) -> None:
        etag = acme_api.patch(path, body).headers["ETag"]
        assert acme_api.get(path).headers["ETag"] == etag

    @pytest.mark.parametrize(
        ("header", "status", "mentions"),
        [
            ("{etag}", 200, ""),
            (" {etag} ", 200, ""),
            ("*", 200, ""),
            ('"9-9" ,{etag}', 200, ""),
            ('"other"', 412, "changed"),
            ('"01-1"', 412, "changed"),
            ('"1-1-gzip"', 412, "changed"),
            (f'"{"9" * 400}-1"', 412, "changed"),
            ('"d41d8cd98f00b204e9800998ecf8427e"', 412, "changed"),
            ("", 400, "is empty"),
            ("1-1", 400, "no quotation marks"),
            ("null", 400, "no quotation marks"),
            ('W/"1-1"', 400, "needs a strong ETag"),
            ('"1-1', 400, "is malformed"),
            ('*, "1-1"', 400, "is malformed"),
            ('w/"1-1"', 400, "is malformed"),
            ('"' * 5_000, 400, "is malformed"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_any_current_strong_tag_is_enough(
        self, acme_api: ApiClient, path: str, header: str, status: int, mentions: str
    ) -> None:
        header = header.format(etag=acme_api.get(path).headers["ETag"])
        response = acme_api.patch(path, {"objective": "Mine"}, If_Match=header)
        code = {200: None, 400: "bad_request", 412: "precondition_failed"}[status]
        assert (response.status_code, response.json().get("error", {}).get("code")) == (status, code)
        assert mentions in response.content.decode()
        assert (stored()[2] == "Mine") == (status == 200)

    @pytest.mark.parametrize("header", ["*", '"1-1"'])
    def test_a_missing_or_foreign_interview_request_is_not_found(
        self, acme_api: ApiClient, globex_api: ApiClient, path: str, header: str
    ) -> None:
        assert acme_api.patch("/interviews/999999", {"objective": "x"}, If_Match=header).status_code == 404
        assert globex_api.patch(path, {"objective": "x"}, If_Match=header).status_code == 404

    @pytest.mark.parametrize("header", ["*", '"1-1"'])
    def test_if_none_match_is_refused(self, acme_api: ApiClient, path: str, header: str) -> None:
        response = acme_api.patch(path, {"objective": "Mine"}, If_None_Match=header)
        assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")
        assert "send If-Match with PATCH" in response.json()["error"]["message"]
        assert stored()[2] == "Old objective"


@pytest.mark.parametrize(
    ("prefer", "is_applied"),
    [
        ("return=representation", True),
        ("respond-async, return=representation; foo=bar", True),
        ('Return = "representation"', True),
        ("return=minimal", False),
        ("return=minimal, return=representation", False),
        ("xreturn=representation", False),
        ("", False),
    ],
)
def test_the_response_has_what_a_post_has_if_preferred(
    acme_api: ApiClient, interview_request: InterviewRequest, path: str, prefer: str, is_applied: bool
) -> None:
    patched = acme_api.patch(path, {"objective": "New"}, Prefer=prefer)
    assert (patched.status_code, stored()[2]) == (200, "New")
    assert patched.headers.get("Preference-Applied") == ("return=representation" if is_applied else None)
    assert patched.headers["ETag"] == acme_api.get(path).headers["ETag"]
    if not is_applied:
        assert patched.json() == {"interview_request_id": interview_request.pk}
        return
    body = {"contact_email": "bob@example.com", "interview_type_id": interview_request.interview_type.public_id}
    assert patched.json().keys() == acme_api.post("/interviews", body).json().keys()
    shown = acme_api.get(path).json()
    expected = {name: shown[name] for name in patched.json() if name != "survey_token"}
    assert patched.json() == {**expected, "survey_token": interview_request.survey_token}


def test_an_erased_contact_has_no_survey_link_in_the_representation(
    acme_api: ApiClient, interview_request: InterviewRequest, path: str
) -> None:
    erase(interview_request)
    patched = acme_api.patch(path, {"objective": "New"}, Prefer="return=representation").json()
    assert (patched["survey_url"], patched["survey_token"]) == (None, None)


@pytest.mark.parametrize("header", [{}, {"If_Match": '"1-1"'}], ids=["without If-Match", "with If-Match"])
def test_the_number_of_statements_is_fixed(
    acme_api: ApiClient, interview_request: InterviewRequest, path: str, header: dict[str, str]
) -> None:
    acme_api.patch(
        path, {"objective": interview_request.objective}
    )  # the first request of a minute also updates the key's last_used_at
    assert ApiKey.objects.get().last_used_at is not None
    with CaptureQueriesContext(connection) as queries:
        body = {"contact_context": "1", "contact_name": "2", "objective": "3"}
        assert acme_api.patch(path, body, **header).status_code == 200
    bookkeeping = ("SAVEPOINT", "RELEASE", "BEGIN")
    statements = [query["sql"] for query in queries if not query["sql"].startswith(bookkeeping)]
    assert len(statements) == (1 if connection.vendor == "postgresql" else 9), statements
