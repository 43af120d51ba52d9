"""GET /api/v1/interviews/{id}. tests/client.py compares each response with the OpenAPI description."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hindsight.text.timestamps import utc_text
from interviews.lifecycle import DeclineReason, Flag, Rating
from interviews.models import Conversation, InterviewRequest, InterviewType, Transcript
from interviews.paige.dialogue import unescaped
from interviews.paige.objective import Picks
from interviews.services.transitions import complete_interview
from interviews.services.wishes import decline_interview, rate_interview
from tests.client import ApiClient
from tests.interviews import steps
from tests.interviews.api.pages import statements
from tests.stored_readings import store_steering

pytestmark = pytest.mark.usefixtures("plain_objectives")


def test_returns_the_interview_request_with_its_contact(
    acme_api: ApiClient, interview_request: InterviewRequest, path: str
) -> None:
    interview_request.deal_id = "deal_xyz789"
    interview_request.save()
    response = acme_api.get(path).json()
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
            "external_id": None,
            "notes": "Old notes",
        },
        "transcript": None,
        "decline": None,
        "rating": None,
    }


def empty(row: InterviewRequest) -> None:
    InterviewRequest.objects.update(objective="", deal_id="")


def steer(row: InterviewRequest) -> None:
    row.objective = "Focus on pricing. Do not ask about experience."
    row.deal_id = "deal_1"
    row.save()
    store_steering(row, emphasize=["pricing"], avoid=["experience"])


def pick(row: InterviewRequest) -> None:
    steps.pick(row, Picks(emphasize=("vendor",), avoid=("pricing",)))


def break_guide(row: InterviewRequest) -> None:
    steer(row)
    store_steering(row, subjects=["SSO"])
    InterviewType.objects.update(guide={})


def send(row: InterviewRequest) -> None:
    steps.mark_sent(row)
    InterviewRequest.objects.update(email_sent_at=datetime(2026, 5, 1, tzinfo=UTC))  # without microseconds


def cancel(row: InterviewRequest) -> None:
    InterviewRequest.objects.update(cancelled_at=datetime(2026, 5, 1, tzinfo=UTC))


def flag(row: InterviewRequest) -> None:
    row.save_flags([Flag.WANTS_DELETION, Flag.WANTS_TO_STOP])


def complete(row: InterviewRequest) -> None:
    steer(row)
    steps.complete(row, "Your price was **too high** for us. The team loved your support.")


def rate(row: InterviewRequest) -> None:
    complete(row)
    rate_interview(row, rating=Rating(1))


def erase(row: InterviewRequest) -> None:
    complete(row)
    steps.erase(row)


def topics(*keys: str) -> list[dict[str, str]]:
    return [{"key": key, "title": TITLES[key]} for key in keys]


TITLES = {"pricing": "How price and packaging came into it", "vendor": "What stood out about Acme, good and bad"}
# What a GET shows after each change, by field.
STATES: list[tuple[Callable[[InterviewRequest], None], dict[str, Any]]] = [
    (empty, {"objective": None}),
    (steer, {"deal_id": "deal_1", "objective": "Focus on pricing. Do not ask about experience."}),
    (pick, {"objective_topics": {"emphasize": topics("vendor"), "avoid": topics("pricing")}}),
    (break_guide, {"deal_id": "deal_1", "objective_topics": {"emphasize": [], "avoid": []}, "objective_subjects": []}),
    (send, {"status": "sent", "email_sent_at": "2026-05-01T00:00:00Z"}),
    (cancel, {"status": "created", "cancelled_at": "2026-05-01T00:00:00Z"}),
    (flag, {"flags": ["wants_to_stop", "wants_deletion"]}),
    (complete, {"status": "completed", "rating": None}),
    (rate, {"status": "completed", "rating": 1}),
    (erase, {"survey_url": None, "transcript": None}),
]


@pytest.mark.parametrize(("change", "expected"), STATES)
def test_it_shows_what_is_stored_as_the_list_does(
    acme_api: ApiClient,
    interview_request: InterviewRequest,
    path: str,
    change: Callable[[InterviewRequest], None],
    expected: dict[str, Any],
) -> None:
    untouched = acme_api.get(path).json()
    assert {name: untouched[name] for name in expected} != expected
    change(interview_request)
    shown = acme_api.get(path).json()
    assert {name: shown[name] for name in expected} == expected
    [summary] = acme_api.get("/interviews").json()["data"]
    assert summary["contact"].items() <= shown["contact"].items()
    assert {**shown, "contact": summary["contact"]}.items() >= summary.items()


def test_a_decline(acme_api: ApiClient, interview_request: InterviewRequest, path: str) -> None:
    decline_interview(interview_request, reason=DeclineReason.NO_TIME, comment="Not *now*")
    declined_at = Conversation.objects.get().declined_at
    assert declined_at is not None
    declined = {"reason": "no_time", "comment": "Not *now*", "declined_at": utc_text(declined_at)}
    assert acme_api.get(path).json()["decline"] == declined


@pytest.mark.usefixtures("known_readings")
def test_a_transcript(acme_api: ApiClient, interview_request: InterviewRequest, path: str) -> None:
    complete(interview_request)
    stored, shown = Transcript.objects.get(), acme_api.get(path).json()["transcript"]
    quoted = [quote for sentence in shown.pop("summary")["sentences"] for quote in sentence["quotes"]]
    standing = [unescaped(shown["content"][each["start"] : each["end"]]) for each in quoted]
    assert standing == [each["quote"] for each in quoted] != []
    assert shown == {
        "document_id": f"doc_{stored.pk}",
        "content": stored.content,
        "key_answers": stored.key_answers,
        "drivers": stored.drivers,
        "coverage": stored.coverage,
        "created_at": utc_text(stored.created_at),
    }
    assert shown["content"].endswith(
        "**Alice:** Your price was \\*\\*too high\\*\\* for us. The team loved your support."
    )
    assert shown["drivers"]
    [answer] = shown["key_answers"]
    [place] = answer["places"]
    assert answer["excerpts"] == ["Your price was **too high** for us. The team loved your support."]
    assert shown["content"][place["start"] : place["end"]] == shown["content"].partition("**Alice:** ")[2]


def test_a_transcript_of_an_older_version_has_no_places(
    acme_api: ApiClient, interview_request: InterviewRequest, path: str
) -> None:
    stored: dict[str, object] = {"topic": "pricing", "title": "Price", "excerpts": ["It was slow."]}
    complete_interview(interview_request, content="**Paige:** Why?", key_answers=[stored])
    shown = acme_api.get(path).json()["transcript"]
    assert (shown["key_answers"], shown["drivers"], shown["coverage"]) == ([{**stored, "places": []}], [], [])


@pytest.mark.parametrize("fraction", [0, 1, 10, 123_450, 500_000, 999_999])
def test_a_time_is_shown_as_elsewhere(acme_api: ApiClient, interview_request: InterviewRequest, fraction: int) -> None:
    """PostgreSQL leaves out zeros at the end of a fraction, as text."""
    time = datetime(2026, 5, 1, microsecond=fraction, tzinfo=UTC)
    InterviewRequest.objects.update(updated_at=time)
    [summary] = acme_api.get("/interviews").json()["data"]
    assert summary["updated_at"] == utc_text(time)


@pytest.mark.parametrize(
    ("header", "status"), [("{etag}", 304), ("W/{etag}", 304), ('"other", {etag}', 304), ('"other"', 200)]
)
def test_if_none_match_of_the_current_version_gets_304(
    acme_api: ApiClient, path: str, header: str, status: int
) -> None:
    etag = acme_api.get(path).headers["ETag"]
    response = acme_api.get(path, If_None_Match=header.format(etag=etag))
    assert (response.status_code, response.headers["ETag"]) == (status, etag)
    assert (response.content == b"") == (status == 304)
    assert ("Content-Length" in response.headers) == (status == 200)
    assert "X-RateLimit-Remaining" in response.headers


def test_another_orgs_request_is_not_found(globex_api: ApiClient, path: str) -> None:
    response = globex_api.get(path)
    assert response.status_code == 404
    assert "alice" not in response.content.decode().lower()


def test_get_executes_one_statement(acme_api: ApiClient, path: str) -> None:
    acme_api.get(path)
    assert len(statements(lambda: acme_api.get(path))) == 1
