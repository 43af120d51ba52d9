"""GET /api/v1/interviews/{id}."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    submit_answer,
)
from interviews.services.transitions import complete_interview, mark_sent
from tests.client import ApiClient


def test_returns_the_interview_request_with_its_contact(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    interview_request.deal_id = "deal_xyz789"
    interview_request.save()
    response = acme_api.get(f"/interviews/{interview_request.pk}").json()
    for name in ("created_at", "updated_at"):
        time = response.pop(name)
        assert time.endswith("Z")
        assert datetime.fromisoformat(time) == getattr(interview_request, name)
    assert response == {
        "interview_request_id": interview_request.pk,
        "contact_id": f"contact_{interview_request.contact_id}",
        "deal_id": "deal_xyz789",
        "survey_url": f"http://127.0.0.1:8000/survey?token={interview_request.survey_token}",
        "status": "created",
        "progress": "not_started",
        "started_at": None,
        "last_activity_at": None,
        "objective": "Old objective",
        "objective_subjects": [],
        "objective_topics": {"emphasize": [], "avoid": []},
        "flags": [],
        "email_sent_at": None,
        "cancelled_at": None,
        "completed_at": None,
        "contact": {
            "id": f"contact_{interview_request.contact_id}",
            "email": "alice@example.com",
            "name": "Alice",
            "notes": "Old notes",
        },
        "transcript": None,
        "decline": None,
        "rating": None,
    }


def test_empty_texts_are_null(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": ""})
    response = acme_api.get(f"/interviews/{interview_request.pk}").json()
    assert (response["objective"], response["deal_id"]) == (None, None)


def test_the_transcript_is_null_until_completion(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    mark_sent(interview_request)
    sent = acme_api.get(f"/interviews/{interview_request.pk}").json()
    assert (sent["status"], sent["transcript"]) == ("sent", None)
    assert sent["email_sent_at"].endswith("Z")
    transcript = complete_interview(interview_request, content="**Paige:** Why?")
    completed = acme_api.get(f"/interviews/{interview_request.pk}").json()
    assert completed["status"] == "completed"
    assert datetime.fromisoformat(completed["completed_at"]) == interview_request.completed_at
    assert completed["transcript"]["document_id"] == f"doc_{transcript.pk}"
    assert completed["transcript"]["content"] == "**Paige:** Why?"
    assert completed["transcript"]["key_answers"] == []


def test_key_answers_are_verbatim(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    give_consent(interview_request)
    next_question(interview_request)
    submit_answer(interview_request, number=1, text="It was **slow**.")
    finish_conversation(interview_request)
    complete_conversation(interview_request)
    transcript = acme_api.get(f"/interviews/{interview_request.pk}").json()["transcript"]
    content = transcript["content"]
    assert content.endswith("**Alice:** It was \\*\\*slow\\*\\*.")
    assert transcript["key_answers"] == [
        {
            "topic": "trigger",
            "title": "What set off the search",
            "excerpts": ["It was **slow**."],
            "places": [{"turn": 2, "start": content.index("It was"), "end": len(content)}],
        }
    ]


def test_key_answers_without_places_are_shown(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    """Interviews that were completed by an older version have none."""
    stored: dict[str, object] = {"topic": "pricing", "title": "Price", "excerpts": ["It was slow."]}
    complete_interview(interview_request, content="**Paige:** Why?", key_answers=[stored])
    transcript = acme_api.get(f"/interviews/{interview_request.pk}").json()["transcript"]
    assert transcript["key_answers"] == [{**stored, "places": []}]


def test_the_etag_changes_only_with_the_representation(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    first = acme_api.get(path).headers["ETag"]
    assert acme_api.get(path).headers["ETag"] == first
    for step in (
        lambda: acme_api.patch(path, {"contact_context": "b"}),
        lambda: acme_api.patch(path, {"contact_name": "b"}),
        lambda: acme_api.patch(path, {"objective": "b"}),
        lambda: mark_sent(interview_request),
    ):
        before = acme_api.get(path).headers["ETag"]
        step()
        assert acme_api.get(path).headers["ETag"] != before


def test_a_status_cannot_go_back(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    complete_interview(interview_request, content="**Paige:** Why?")
    for step in (lambda: mark_sent(interview_request), lambda: complete_interview(interview_request, content="Again")):
        with pytest.raises(ValueError, match="cannot go from completed"):
            step()
    response = acme_api.get(f"/interviews/{interview_request.pk}").json()
    assert (response["status"], response["email_sent_at"], response["transcript"]["content"]) == (
        "completed",
        None,
        "**Paige:** Why?",
    )


@pytest.mark.parametrize(
    ("header", "status"), [("{etag}", 304), ("W/{etag}", 304), ('"other", {etag}', 304), ('"other"', 200)]
)
def test_if_none_match_of_the_current_version_gets_304(
    acme_api: ApiClient, interview_request: InterviewRequest, header: str, status: int
) -> None:
    etag = acme_api.get(f"/interviews/{interview_request.pk}").headers["ETag"]
    response = acme_api.get(f"/interviews/{interview_request.pk}", If_None_Match=header.format(etag=etag))
    assert (response.status_code, response.headers["ETag"]) == (status, etag)
    assert (response.content == b"") == (status == 304)
    assert ("Content-Length" in response.headers) == (status == 200)
    assert "X-RateLimit-Remaining" in response.headers


@pytest.mark.parametrize(
    ("headers", "mentions"),
    [
        ({"If_Match": "*"}, "If-Match works only with PATCH"),
        ({"If_Match": '"1-1"'}, "If-Match works only with PATCH"),
        ({"If_None_Match": "*"}, "If-None-Match: *"),
        ({"If_None_Match": " * "}, "If-None-Match: *"),
    ],
)
def test_a_precondition_without_sense_is_refused(
    acme_api: ApiClient, interview_request: InterviewRequest, headers: dict[str, str], mentions: str
) -> None:
    response = acme_api.get(f"/interviews/{interview_request.pk}", **headers)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")
    assert mentions in response.json()["error"]["message"]


def test_another_orgs_request_is_not_found(globex_api: ApiClient, interview_request: InterviewRequest) -> None:
    response = globex_api.get(f"/interviews/{interview_request.pk}")
    assert response.status_code == 404
    assert "alice" not in response.content.decode().lower()


def test_get_executes_one_statement(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    acme_api.get(f"/interviews/{interview_request.pk}")
    with CaptureQueriesContext(connection) as queries:
        acme_api.get(f"/interviews/{interview_request.pk}")
    assert len([query for query in queries if "rate_limit_counter" not in query["sql"]]) == 1
