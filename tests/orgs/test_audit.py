import pytest

from interviews.models import InterviewRequest
from orgs.models import Change
from tests.client import ApiClient


@pytest.fixture
def change(acme_api: ApiClient, interview: InterviewRequest) -> Change:
    acme_api.patch(f"/interviews/{interview.pk}", {"objective": "New"})
    return Change.objects.get()


def test_an_entry_is_never_changed(change: Change) -> None:
    change.after = "Never said"
    with pytest.raises(TypeError, match="append-only"):
        change.save()
    with pytest.raises(TypeError, match="append-only"):
        Change.objects.update(after="Never said")
    change.refresh_from_db()
    assert change.after == "New"
