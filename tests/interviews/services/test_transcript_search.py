"""What contacts said is found by words and phrases, with its place in the transcript that GET shows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from interviews.models import IndexedAnswer, InterviewRequest
from interviews.models.transcript import FULL_TEXT_INDEX
from interviews.services import transcript_search
from interviews.services.erasure import delete_contact, delete_org
from interviews.services.retention import delete_old_answers
from interviews.services.transcript_search import Hit, Search, search_transcripts
from orgs.models import Org
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.interviews.steps import SAM, erase

ANSWERS = [
    ("pricing", "The price was too high for us. Globex offered a *discount*, and we signed the contract with them."),
    ("vendor", "Support answered quickly. We signed the contract in May."),
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def completed(interview_request: InterviewRequest) -> InterviewRequest:
    return complete(interview_request, ANSWERS)


def found(text: str, limit: int = 10, **options: Any) -> list[Hit]:
    hits, _ = search_transcripts(IndexedAnswer.objects.all(), Search(text, **options), limit=limit)
    return hits


def turns(text: str, **options: Any) -> list[int]:
    return [hit.answer.turn for hit in found(text, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price", [2]),
        ("PRICES", [2]),  # a stem
        ("contract", [2, 4]),
        ("contract supported", [4]),
        ("contract missing", []),
        ('"signed the contract"', [2, 4]),
        ('"contract signed"', []),
        ("discount*", [2]),
        ("What made you look", []),  # Paige's question
        ("Alice", []),  # the label of the block
        ('"', []),
        ("!!", []),
        ("-price", [2]),  # no operators
        ("price & | ! <-> ( : * missing", []),
    ],
)
@pytest.mark.usefixtures("completed")
def test_all_words_and_phrases_have_to_match(text: str, expected: list[int]) -> None:
    assert turns(text) == expected


def test_places_count_the_characters_that_are_shown(interview_request: InterviewRequest) -> None:
    complete(interview_request, [("pricing", "The \u202eprice was high.")])
    hit = found("high")[0]
    assert hit.excerpt == "The {U+202E}price was high."
    assert (hit.end - hit.start, hit.matches) == (len(hit.excerpt), [(hit.end - 5, hit.end - 1)])


def test_a_long_answer_is_cut_around_the_longest_match(interview_request: InterviewRequest) -> None:
    complete(
        interview_request,
        [("pricing", "We signed. " + "So it went on. " * 30 + "Then we signed the contract. " + "So it went. " * 30)],
    )
    hit = found('"signed the contract"')[0]
    assert "Then we signed the contract." in hit.excerpt
    assert len(hit.excerpt) <= 240
    assert hit.excerpt[0] + hit.excerpt[-1] != "  "


def test_german_interviews_have_german_stems(interview_request: InterviewRequest) -> None:
    guide = {**interview_request.interview_type.guide, "language": "de"}
    type(interview_request.interview_type).objects.update(guide=guide)
    complete(InterviewRequest.objects.get(), [("pricing", "Die Verträge waren zu teuer.")])
    assert IndexedAnswer.objects.get().configuration == "german"
    assert turns("Verträge") == [2]
    if connection.vendor == "postgresql":
        assert turns("Vertrag") == [2]


@pytest.mark.usefixtures("completed")
def test_filters(completed: InterviewRequest) -> None:
    time, day = completed.completed_at, timedelta(days=1)
    assert time is not None
    assert turns("contract", completed_after=time - day) == [2, 4]
    assert turns("contract", completed_after=time) == []
    assert turns("contract", completed_before=time) == []
    assert turns("contract", topic="vendor") == [4]
    assert turns("contract", topic="pricing") == [2]
    assert turns("contract", topic="decision") == []
    assert turns("contract", direction="against") == [2]
    assert turns("contract", direction="against", topic="pricing") == [2]
    assert turns("contract", direction="against", topic="vendor") == []
    completed.drivers.update(review="rejected", is_counted=False)
    assert turns("contract", direction="against") == []


def use_limits(monkeypatch: pytest.MonkeyPatch, newest: int, window: int, few: int) -> None:
    for name, number in (("NEWEST", newest), ("WINDOW", window), ("FEW", few)):
        monkeypatch.setattr(transcript_search, name, number)


@pytest.mark.parametrize("limits", [(1, 2, 0), (1, 2, 10), (1, 4, 0), (3, 100, 10), (5_000, 20_000, 200)])
@pytest.mark.slow
def test_the_newest_interviews_come_first(
    monkeypatch: pytest.MonkeyPatch, acme: Org, interview_request: InterviewRequest, limits: tuple[int, int, int]
) -> None:
    use_limits(monkeypatch, *limits)
    rows = [complete(row, ANSWERS) for row in [interview_request, *InterviewRequestFactory.create_batch(2, org=acme)]]
    expected = [(row.pk, turn) for row in reversed(rows) for turn in (2, 4)]
    assert len(found("contract", limit=2)) == 2
    page, last = search_transcripts(IndexedAnswer.objects.all(), Search("contract"), limit=2)
    while last:
        more, last = search_transcripts(IndexedAnswer.objects.all(), Search("contract"), limit=2, last=last)
        page += more
    assert [(hit.answer.interview_request_id, hit.answer.turn) for hit in page] == expected


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite reads all answers.")
def test_a_page_of_frequent_words_reads_a_window_only(
    monkeypatch: pytest.MonkeyPatch, acme: Org, interview_request: InterviewRequest
) -> None:
    """The phrase is in the oldest answer, its words are in all: the pages before are empty."""
    use_limits(monkeypatch, newest=1, window=1, few=1)
    first = complete(interview_request, [("pricing", "The price of support was high.")])
    for row in InterviewRequestFactory.create_batch(3, org=acme):
        complete(row, [("pricing", "We had to support the price.")])
    pages: list[list[int]] = []
    last = None
    while not pages or last:
        hits, last = search_transcripts(IndexedAnswer.objects.all(), Search('"price of support"'), limit=2, last=last)
        pages.append([hit.answer.interview_request_id for hit in hits])
    assert [page for page in pages if page] == [[first.pk]]
    assert len(pages) > 1
    use_limits(monkeypatch, newest=1, window=1, few=4)
    assert [hit.answer.interview_request_id for hit in found('"price of support"')] == [first.pk]


def words_are_kept() -> bool:
    """Whether the index still finds a word. On SQLite, FTS5 has tables of its own."""
    if connection.vendor == "postgresql":
        return IndexedAnswer.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {FULL_TEXT_INDEX} ({FULL_TEXT_INDEX}, rank) VALUES ('integrity-check', 1)")
        cursor.execute(f"SELECT count(*) FROM {FULL_TEXT_INDEX} WHERE {FULL_TEXT_INDEX} MATCH 'price'")
        (count,) = cursor.fetchone()
    return bool(count)


def delete(row: InterviewRequest) -> None:
    delete_contact(org_id=row.org_id, contact_id=row.contact_id, actor=SAM)


def delete_its_org(row: InterviewRequest) -> None:
    delete_org(org_id=row.org_id, actor=SAM)


def let_retention_delete(row: InterviewRequest) -> None:
    Org.objects.update(transcript_days=1)
    InterviewRequest.objects.update(completed_at=row.completed_at - timedelta(days=2))  # type: ignore[operator]
    assert delete_old_answers(actor=SAM).total() == 1


@pytest.mark.parametrize("remove", [erase, delete, delete_its_org, let_retention_delete])
def test_what_is_removed_is_not_found(completed: InterviewRequest, remove: Callable[[InterviewRequest], None]) -> None:
    assert words_are_kept()
    remove(completed)
    assert not words_are_kept()
    assert not found("price")
