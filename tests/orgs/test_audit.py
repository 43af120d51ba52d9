import pytest

from interviews.models import InterviewRequest
from orgs.actors import Actor, ActorKind
from orgs.audit import restore
from orgs.audit_removal import erase_changes
from orgs.models import Change
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory
from tests.history import history_of


@pytest.fixture
def change(acme_api: ApiClient, interview_request: InterviewRequest) -> Change:
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    return Change.objects.get()


def test_changes_cannot_be_modified(change: Change) -> None:
    change.before = "Never said"
    with pytest.raises(TypeError, match="append-only"):
        change.save()
    with pytest.raises(TypeError, match="append-only"):
        Change.objects.update(before="Never said")
    with pytest.raises(TypeError, match="append-only"):
        change.delete()
    with pytest.raises(TypeError, match="append-only"):
        Change.objects.filter(pk=change.pk).delete()
    change.refresh_from_db()
    assert change.before == "Old objective"


def test_a_change_of_another_row_is_not_restored(change: Change, interview_request: InterviewRequest) -> None:
    other = InterviewRequestFactory.create(org=interview_request.org)
    with pytest.raises(ValueError, match="of another row, or its texts are erased"):
        restore(other, change, actor=Actor(ActorKind.COMMAND, "test"))
    assert Change.objects.count() == 1


def test_erasing_clears_only_the_texts_of_the_row_and_records_an_erasure(
    change: Change, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    other = InterviewRequestFactory.create(org=interview_request.org, objective="Kept")
    acme_api.patch(f"/interviews/{other.pk}", {"objective": "Kept too"})
    erase_changes(interview_request, actor=Actor(ActorKind.STAFF, "root"))
    erasure, erased = Change.objects.of(interview_request)
    assert (erasure.field, erasure.actor, erasure.is_erased) == ("erasure", "root", True)
    assert (erased.field, erased.before, erased.is_erased) == ("objective", None, True)
    assert history_of(other) == [("objective", "Kept", "Kept too")]
    with pytest.raises(ValueError, match="of another row, or its texts are erased"):
        restore(interview_request, erased, actor=Actor(ActorKind.STAFF, "root"))
