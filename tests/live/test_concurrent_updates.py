"""Updates at once, over four workers: nothing is lost, and nothing is replaced without a trace."""

from collections import Counter
from functools import partial
from itertools import pairwise
from typing import Any

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Change
from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient, at_once

ROUNDS = 25


def history(row: Any, field: str) -> list[tuple[str, str]]:
    """What an overwrite found and left, oldest first."""
    return list(Change.objects.of(row).filter(field=field).order_by("id").values_list("before", "after"))


def assert_unbroken(row: Any, field: str, *, first: str, written: set[str]) -> None:
    """Each overwrite found what the one before it left, and the row holds what the last one left."""
    changes = history(row, field)
    assert {after for _, after in changes} == written
    assert len(changes) == len(written)
    assert changes[0][0] == first
    assert all(earlier[1] == later[0] for earlier, later in pairwise(changes))
    row.refresh_from_db()
    assert getattr(row, field) == changes[-1][1]


def test_different_fields_all_land(api: LiveClient, interview_request: InterviewRequest, alice: Contact) -> None:
    path = f"/interviews/{interview_request.pk}"
    for number in range(ROUNDS):
        notes, name, objective = f"Notes {number}", f"Alice {number}", f"Objective {number}"
        bodies = [{"contact_context": notes}, {"contact_name": name}, {"objective": objective}]
        answers = at_once([partial(api.patch, path, body) for body in bodies], threads=3)
        assert [response.status_code for response in answers] == [200, 200, 200]
        alice.refresh_from_db()
        interview_request.refresh_from_db()
        assert (alice.notes, alice.name, interview_request.objective) == (notes, name, objective)

    numbers = range(ROUNDS)
    notes_before, names_before = ["Old notes"], ["Alice"]
    assert history(alice, "notes") == list(pairwise([*notes_before, *(f"Notes {number}" for number in numbers)]))
    assert history(alice, "name") == list(pairwise([*names_before, *(f"Alice {number}" for number in numbers)]))
    assert len(history(interview_request, "objective")) == ROUNDS


def test_the_audit_of_one_field_is_an_unbroken_chain(
    api: LiveClient, interview_request: InterviewRequest, alice: Contact
) -> None:
    written = {f"Notes {number}" for number in range(60)}
    calls = [partial(api.patch, f"/interviews/{interview_request.pk}", {"contact_context": notes}) for notes in written]
    answers = at_once(calls, threads=8)
    assert {response.status_code for response in answers} == {200}
    assert_unbroken(alice, "notes", first="Old notes", written=written)


def test_two_requests_of_one_contact_at_once(
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
    answers = at_once(calls, threads=8)
    assert {response.status_code for response in answers} == {200}
    assert_unbroken(
        alice, "notes", first="Old notes", written={f"Notes {number} of {row.pk}" for row, number in numbers}
    )
    for row in (interview_request, other):
        objectives = {f"Objective {number}" for number in range(ROUNDS)}
        assert_unbroken(row, "objective", first="Old objective", written=objectives)


def test_of_many_updates_with_one_etag_one_wins(
    api: LiveClient, interview_request: InterviewRequest, alice: Contact
) -> None:
    path = f"/interviews/{interview_request.pk}"
    for number in range(5):
        etag = api.get(path).headers["ETag"]
        texts = [f"Notes {number} of {writer}" for writer in range(12)]
        answers = at_once([partial(api.patch, path, {"contact_context": text}, If_Match=etag) for text in texts])
        statuses = [response.status_code for response in answers]
        assert Counter(statuses) == {200: 1, 412: 11}
        alice.refresh_from_db()
        assert alice.notes == texts[statuses.index(200)]
        assert len(history(alice, "notes")) == number + 1
