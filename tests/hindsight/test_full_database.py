"""SQLite cannot grow. tests/live/faults/test_full_disk.py has the same for PostgreSQL."""

from collections.abc import Iterator
from secrets import token_hex

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from contacts.text import MAX_NOTES_LENGTH
from interviews.models import InterviewRequest
from orgs.models import Change
from tests.client import ApiClient

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="needs SQLite"),
]


@pytest.fixture
def full_database(interview_request: InterviewRequest) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filler (data)")
        _use_free_pages(cursor)
        cursor.execute("PRAGMA max_page_count = 1")  # SQLite takes the current size instead
        yield
        cursor.execute("PRAGMA max_page_count = 4294967294")
        cursor.execute("DROP TABLE filler")


def _use_free_pages(cursor: CursorWrapper) -> None:
    """Earlier tests leave pages that a new row would use."""
    cursor.execute(
        "INSERT INTO filler SELECT zeroblob(freelist_count * page_size) FROM pragma_freelist_count, pragma_page_size"
    )


@pytest.mark.usefixtures("full_database")
def test_a_full_disk_gets_503_and_nothing_is_stored(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    body = {"objective": "New", "contact_context": token_hex(MAX_NOTES_LENGTH // 2)}
    response = acme_api.patch(f"/interviews/{interview_request.pk}", body)
    assert response.status_code == 503
    assert "no free disk space, and nothing was changed" in response.json()["error"]["message"]
    assert int(response.headers["Retry-After"]) >= 1
    interview_request.refresh_from_db()
    assert (interview_request.objective, interview_request.contact.notes) == ("Old objective", "Old notes")
    assert not Change.objects.exists()
