import pytest

from interviews.models import InterviewRequest
from orgs.actors import Actor, ActorKind
from orgs.audit import erase, restore
from orgs.models import Change
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory


@pytest.fixture
def change(acme_api: ApiClient, interview_request: InterviewRequest) -> Change:
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    return Change.objects.get()


def test_an_entry_is_never_changed(change: Change) -> None:
    change.after = "Never said"
    with pytest.raises(TypeError, match="append-only"):
        change.save()
    with pytest.raises(TypeError, match="append-only"):
        Change.objects.update(after="Never said")
    change.refresh_from_db()
    assert change.after == "New"


class TestRestore:
    def test_brings_back_what_was_replaced_as_a_change_of_its_own(
        self, change: Change, interview_request: InterviewRequest
    ) -> None:
        interview_request.refresh_from_db()
        restore(interview_request, change, actor=Actor(ActorKind.COMMAND, "test"))
        interview_request.refresh_from_db()
        assert interview_request.objective == "Old objective"
        newest = Change.objects.of(interview_request)[0]
        assert (newest.before, newest.after, newest.actor) == ("New", "Old objective", "test")

    def test_only_of_the_row_itself(self, change: Change, interview_request: InterviewRequest) -> None:
        other = InterviewRequestFactory.create(org=interview_request.org)
        with pytest.raises(ValueError, match="nothing to restore"):
            restore(other, change, actor=Actor(ActorKind.COMMAND, "test"))
        assert Change.objects.count() == 1


def test_erasing_empties_the_texts_of_the_row_alone_and_leaves_a_trace(
    change: Change, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    other = InterviewRequestFactory.create(org=interview_request.org, objective="Kept")
    acme_api.patch(f"/interviews/{other.pk}", {"objective": "Kept too"})
    erase(interview_request, actor=Actor(ActorKind.STAFF, "root"))
    trace, erased = Change.objects.of(interview_request)
    assert (trace.field, trace.actor, trace.is_erased) == ("erasure", "root", True)
    assert (erased.field, erased.before, erased.after) == ("objective", "", "")
    assert [(entry.before, entry.after) for entry in Change.objects.of(other)] == [("Kept", "Kept too")]
    with pytest.raises(ValueError, match="nothing to restore"):
        restore(interview_request, erased, actor=Actor(ActorKind.STAFF, "root"))
