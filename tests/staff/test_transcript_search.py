"""What contacts said, from the search box and on a page with filters. Each display of an answer is a security event."""

from typing import Any

import pytest

from interviews.models import InterviewRequest
from orgs.models import EventKind, Org, SecurityEvent
from orgs.services import create_test_room
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.staff.conftest import Staff, staff_of

ANSWERS = [
    ("pricing", "The price was too high. <b>Globex</b> offered a *discount*."),
    ("vendor", "The support was great, though."),
]


@pytest.fixture(autouse=True)
def completed(interview_request: InterviewRequest) -> InterviewRequest:
    return complete(interview_request, ANSWERS)


def found(staff: Staff, page: str = "transcript_search", **query: Any) -> list[tuple[int, int]]:
    response = staff.get(page, **query)
    assert response.status_code == 200
    return [(hit.answer.interview_request_id, hit.answer.turn) for hit in response.context.get("hits", [])]


def reads() -> list[tuple[str, str]]:
    events = SecurityEvent.objects.filter(kind=EventKind.TRANSCRIPT_READ).order_by("pk")
    return list(events.values_list("actor", "subject"))


@pytest.mark.parametrize("page", ["transcript_search", "search"])
def test_an_answer_is_shown_with_a_link_to_its_turn(support: Staff, completed: InterviewRequest, page: str) -> None:
    text = support.text(page, q="globex offered discount")
    assert "&lt;b&gt;<mark>Globex</mark>&lt;/b&gt; <mark>offered</mark> a *<mark>discount</mark>*." in text
    assert f'href="/admin/interviews/interviewrequest/{completed.pk}/change/#turn-2"' in text
    assert reads() == [(support.user.username, str(completed.pk))]


def test_the_search_box_leads_to_all_answers(support: Staff) -> None:
    page = support.text("search", q="price & support")
    assert 'href="/admin/search/transcripts/?q=price+%26+support"' in page
    assert not reads()


@pytest.mark.parametrize(
    ("query", "turns"),
    [
        ({"q": '"price was"', "org": "acme"}, [2]),
        ({"q": "price", "org": "globex"}, []),
        ({"q": "price", "org": "nobody"}, []),
        ({"q": "price", "since": "2100-01-01"}, []),
        ({"q": "price", "since": "2020-01-01", "until": "9999-12-31"}, [2]),
        ({"q": "price", "topic": "pricing", "direction": "against"}, [2]),
        ({"q": "price", "direction": "up"}, []),
        ({"q": "price", "after": "yesterday"}, [2]),
        ({"q": "pri\x00ce"}, [2]),
        ({}, []),
    ],
)
@pytest.mark.usefixtures("globex")
def test_filters(support: Staff, query: dict[str, str], turns: list[int]) -> None:
    assert [turn for _, turn in found(support, **query)] == turns


def test_older_pages(monkeypatch: pytest.MonkeyPatch, support: Staff, acme: Org, completed: InterviewRequest) -> None:
    monkeypatch.setattr("staff.lists.search.PER_PAGE", 1)
    newest = complete(InterviewRequestFactory.create(org=acme), ANSWERS)
    first = support.get("transcript_search", q="price")
    assert [hit.answer.interview_request_id for hit in first.context["hits"]] == [newest.pk]
    second = support.client.get(f"/admin/search/transcripts/{first.context['older']}")
    assert [hit.answer.interview_request_id for hit in second.context["hits"]] == [completed.pk]
    assert not second.context["older"]


def test_account_managers_search_in_their_orgs(manager: Staff, acme: Org, globex: Org) -> None:
    foreign = complete(InterviewRequestFactory.create(org=globex), ANSWERS)
    own = found(manager, q="price")
    assert foreign.pk not in [pk for pk, _ in own]
    assert found(manager, "search", q="price") == own
    assert not found(manager, q="price", org="globex")


def test_test_rooms_are_not_searched(root: Staff, acme: Org, completed: InterviewRequest) -> None:
    room = create_test_room(acme)
    complete(InterviewRequestFactory.create(org=room), ANSWERS)
    assert found(root, q="price") == [(completed.pk, 2)]
    assert not found(root, q="price", org=room.slug)


def test_who_may_not_read_transcripts_finds_none() -> None:
    auditor = staff_of("auditor")
    assert auditor.get("transcript_search", q="price").status_code == 403
    assert not found(auditor, "search", q="price")
    assert not reads()
