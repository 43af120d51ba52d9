"""Concurrent updates on four workers: none is lost, and the audit has every replaced text."""

from collections import Counter
from functools import partial
from itertools import pairwise
from typing import Any

from contacts.models import Contact
from interviews.models import InterviewRequest
from tests.factories import InterviewRequestFactory
from tests.history import history_of
from tests.live.client import LiveClient, at_once

ROUNDS = 10


def history(row: Any, field: str) -> list[tuple[str | None, str | None]]:
    """The (before, after) texts in the audit, oldest first."""
    return [(before, after) for changed, before, after in history_of(row) if changed == field]


def assert_audit_is_a_chain(row: Any, field: str, *, first: str, written: set[str]) -> None:
    """Asserts that each change starts with the text of the change before, and that the row has the last text."""
    changes = history(row, field)
    assert {after for _, after in changes} == written
    assert len(changes) == len(written)
    assert changes[0][0] == first
    assert all(earlier[1] == later[0] for earlier, later in pairwise(changes))
    row.refresh_from_db()
    assert getattr(row, field) == changes[-1][1]


def test_concurrent_updates_of_different_fields_are_all_stored(
    api: LiveClient, interview_request: InterviewRequest, alice: Contact
) -> None:
    path = f"/interviews/{interview_request.pk}"
    for number in range(ROUNDS):
        notes, name, objective = f"Notes {number}", f"Alice {number}", f"Objective {number}"
        bodies = [{"contact_context": notes}, {"contact_name": name}, {"objective": objective}]
        responses = at_once([partial(api.patch, path, body) for body in bodies], threads=3)
        assert [response.status_code for response in responses] == [200, 200, 200]
        alice.refresh_from_db()
        interview_request.refresh_from_db()
        assert (alice.notes, alice.name, interview_request.objective) == (notes, name, objective)

    numbers = range(ROUNDS)
    notes_before, names_before = ["Old notes"], ["Alice"]
    assert history(alice, "notes") == list(pairwise([*notes_before, *(f"Notes {number}" for number in numbers)]))
    assert history(alice, "name") == list(pairwise([*names_before, *(f"Alice {number}" for number in numbers)]))
    assert len(history(interview_request, "objective")) == ROUNDS


def test_concurrent_updates_of_two_interview_requests_of_one_contact(
    api: LiveClient, interview_request: InterviewRequest, alice: Contact
) -> None:
    other = InterviewRequestFactory.create(
        org=alice.org, contact=alice, interview_type=interview_request.interview_type, objective="Old objective"
    )
    numbers = [(row, number) for number in range(ROUNDS) for row in (interview_request, other)]
    calls = [
        partial(
            api.patch,
            f"/interviews/{row.pk}",
            {"contact_context": f"Notes {number} of {row.pk}", "objective": f"Objective {number}"},
        )
        for row, number in numbers
    ]
    responses = at_once(calls, threads=8)
    assert {response.status_code for response in responses} == {200}
    assert_audit_is_a_chain(
        alice, "notes", first="Old notes", written={f"Notes {number} of {row.pk}" for row, number in numbers}
    )
    for row in (interview_request, other):
        objectives = {f"Objective {number}" for number in range(ROUNDS)}
        assert_audit_is_a_chain(row, "objective", first="Old objective", written=objectives)


def test_one_of_twelve_updates_with_the_same_etag_succeeds(
    api: LiveClient, interview_request: InterviewRequest, alice: Contact
) -> None:
    path = f"/interviews/{interview_request.pk}"
    for number in range(5):
        etag = api.get(path).headers["ETag"]
        texts = [f"Notes {number} of {writer}" for writer in range(12)]
        responses = at_once([partial(api.patch, path, {"contact_context": text}, If_Match=etag) for text in texts])
        statuses = [response.status_code for response in responses]
        assert Counter(statuses) == {200: 1, 412: 11}
        alice.refresh_from_db()
        assert alice.notes == texts[statuses.index(200)]
        assert len(history(alice, "notes")) == number + 1
