"""GET /api/v1/interviews with updated_after or completed_after: a poller sees every change."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from contacts.models import Contact
from hindsight.db.keyset import committed_before
from interviews.models import InterviewRequest, InterviewType
from interviews.services.transitions import complete_interview
from orgs.models import Org
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory, InterviewTypeFactory
from tests.interviews.api.pages import ids, page, statements, walk
from tests.interviews.steps import mark_sent
from tests.transactions import uncommitted

LONG_AGO = "2026-01-01T00:00:00Z"
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)

Create = Callable[[], InterviewRequest]


@pytest.fixture
def create(alice: Contact) -> Create:
    interview_type: InterviewType = InterviewTypeFactory.create(org=alice.org)
    return lambda: InterviewRequestFactory.create(org=alice.org, contact=alice, interview_type=interview_type)


def poll(api: ApiClient, after: str) -> tuple[list[int], str]:
    """Returns the ids of all pages, and the time of the last row."""
    rows = walk(api, updated_after=after, limit=2)
    return ids(rows), rows[-1]["updated_at"] if rows else after


def test_a_poller_sees_each_change_once_oldest_first(acme_api: ApiClient, create: Create) -> None:
    rows = [create() for _ in range(5)]
    seen, time = poll(acme_api, LONG_AGO)
    assert seen == [row.pk for row in rows]
    assert poll(acme_api, time) == ([], time)
    acme_api.patch(f"/interviews/{rows[3].pk}", {"objective": "New"})
    mark_sent(rows[1])
    complete_interview(rows[4], content="**Paige:** Why?")
    new = create()
    seen, time = poll(acme_api, time)
    assert seen == [rows[3].pk, rows[1].pk, rows[4].pk, new.pk]
    assert poll(acme_api, time) == ([], time)


def test_a_change_between_two_pages_is_not_missed(acme_api: ApiClient, create: Create) -> None:
    rows = [create() for _ in range(4)]
    first = page(acme_api, updated_after=LONG_AGO, limit=2)
    for row in (rows[0], rows[2]):
        acme_api.patch(f"/interviews/{row.pk}", {"objective": "New"})
    rest = page(acme_api, updated_after=LONG_AGO, limit=100, cursor=first["next_cursor"])
    assert ids(first["data"] + rest["data"]) == [rows[0].pk, rows[1].pk, rows[3].pk, rows[0].pk, rows[2].pk]


def test_rows_with_the_same_time_are_all_on_some_page(acme_api: ApiClient, create: Create) -> None:
    rows = [create().pk for _ in range(5)]
    InterviewRequest.objects.update(updated_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert poll(acme_api, LONG_AGO) == (rows, "2026-02-01T00:00:00Z")
    assert poll(acme_api, "2026-02-01T00:00:00Z")[0] == []


def test_completed_after_lists_completed_ones_in_order_of_completion(acme_api: ApiClient, create: Create) -> None:
    rows = [create() for _ in range(4)]
    for row in (rows[2], rows[0], rows[1]):
        complete_interview(row, content="**Paige:** Why?")
    acme_api.patch(f"/interviews/{rows[2].pk}", {"objective": "Sent after the completion"})
    listed = page(acme_api, completed_after=LONG_AGO)["data"]
    assert ids(listed) == [rows[2].pk, rows[0].pk, rows[1].pk]
    assert ids(page(acme_api, completed_after=listed[1]["completed_at"])["data"]) == [rows[1].pk]
    assert walk(acme_api, completed_after=LONG_AGO, limit=1) == listed


def test_a_change_of_the_contact_is_one_of_all_its_interview_requests(
    acme_api: ApiClient, create: Create, acme: Org
) -> None:
    rows, other = [create() for _ in range(3)], InterviewRequestFactory.create(org=acme)
    own_times = [*InterviewRequest.objects.values_list("updated_at", flat=True)]
    _, time = poll(acme_api, LONG_AGO)
    for field in ("contact_context", "contact_name"):
        acme_api.patch(f"/interviews/{rows[1].pk}", {field: "New"})
        seen, time = poll(acme_api, time)
        assert seen == [row.pk for row in rows]
        assert {acme_api.get(f"/interviews/{pk}").json()["updated_at"] for pk in seen} == {time}
        acme_api.patch(f"/interviews/{rows[1].pk}", {field: "New"})
        assert poll(acme_api, time) == ([], time)
    assert [*InterviewRequest.objects.values_list("updated_at", flat=True)] == own_times, "only the contact is written"
    acme_api.patch(f"/interviews/{rows[0].pk}", {"objective": "New"})
    assert poll(acme_api, time)[0] == [rows[0].pk]
    assert poll(acme_api, LONG_AGO)[0] == [other.pk, rows[1].pk, rows[2].pk, rows[0].pk]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_each_interview_request_is_listed_once_at_its_last_change(
    acme_api: ApiClient, create: Create, acme: Org, limit: int
) -> None:
    """Random changes of contacts and interview requests, in pages of any size."""
    chance = random.Random(limit)
    rows = [create() for _ in range(3)] + InterviewRequestFactory.create_batch(5, org=acme)
    for _ in range(30):
        row, field = chance.choice(rows), chance.choice(["objective", "contact_context"])
        acme_api.patch(f"/interviews/{row.pk}", {field: str(chance.random())})
    listed = walk(acme_api, updated_after=LONG_AGO, limit=limit)
    assert sorted(ids(listed)) == sorted(row.pk for row in rows)
    order = [(row["updated_at"], row["interview_request_id"]) for row in listed]
    assert order == sorted(order)
    for number, (time, _) in enumerate(order):
        assert walk(acme_api, updated_after=time, limit=limit) == [
            row for row in listed[number:] if row["updated_at"] > time
        ]


def test_filters_limit_what_changes_of_contacts_list(
    acme_api: ApiClient, create: Create, globex_api: ApiClient
) -> None:
    rows = [create() for _ in range(2)]
    mark_sent(rows[1])
    _, time = poll(acme_api, LONG_AGO)
    acme_api.patch(f"/interviews/{rows[0].pk}", {"contact_context": "New"})
    for filters, found in (
        ({"status": "sent"}, [rows[1].pk]),
        ({"status": "completed"}, []),
        ({"contact_email": "alice@example.com"}, [row.pk for row in rows]),
        ({"contact_email": "bob@example.com"}, []),
    ):
        assert ids(page(acme_api, updated_after=time, **filters)["data"]) == found
    assert page(globex_api, updated_after=LONG_AGO)["data"] == []


@pytest.mark.parametrize("offset", ["+02:00", "-11:30", "+00:00"])
def test_times_are_compared_exactly_whatever_their_offset(acme_api: ApiClient, create: Create, offset: str) -> None:
    row = create()
    zone = datetime.fromisoformat(f"2026-01-01T00:00:00{offset}").tzinfo
    for ago, found in ((timedelta(0), []), (timedelta(microseconds=1), [row.pk])):
        time = (row.updated_at - ago).astimezone(zone).isoformat()
        assert ids(page(acme_api, updated_after=time)["data"]) == found


def test_a_cursor_of_the_other_order_is_refused(acme_api: ApiClient, create: Create) -> None:
    for _ in range(2):
        create()
    newest, oldest = page(acme_api, limit=1), page(acme_api, limit=1, updated_after=LONG_AGO)
    for query in (
        f"cursor={oldest['next_cursor']}",
        f"updated_after={LONG_AGO}&cursor={newest['next_cursor']}",
        f"completed_after={LONG_AGO}&cursor={oldest['next_cursor']}",
    ):
        assert acme_api.get(f"/interviews?{query}").status_code == 400


def test_a_list_has_one_order(acme_api: ApiClient) -> None:
    response = acme_api.get(f"/interviews?updated_after={LONG_AGO}&completed_after={LONG_AGO}")
    assert response.status_code == 400
    assert {detail["field"] for detail in response.json()["error"]["details"]} == {"updated_after", "completed_after"}


def test_a_poll_takes_at_most_two_statements(acme_api: ApiClient, create: Create) -> None:
    for _ in range(5):
        create()
    page(acme_api, updated_after=LONG_AGO)
    sent = statements(lambda: page(acme_api, updated_after=LONG_AGO))
    assert len(sent) == (2 if connection.vendor == "postgresql" else 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writing transaction at a time")
class TestConcurrentTransactions:
    def test_a_row_behind_which_one_may_appear_is_not_listed_yet(self, acme_api: ApiClient, create: Create) -> None:
        early, late = create(), create()
        _, time = poll(acme_api, LONG_AGO)
        with uncommitted(lambda: mark_sent(early)) as commit:
            acme_api.patch(f"/interviews/{late.pk}", {"objective": "Committed first, with a later time"})
            assert poll(acme_api, time)[0] == []
            commit()
        assert poll(acme_api, time)[0] == [early.pk, late.pk]

    def test_a_created_row_is_not_missed(self, acme_api: ApiClient, create: Create) -> None:
        first = create()
        with uncommitted(create) as commit:
            last = create()
            assert poll(acme_api, LONG_AGO)[0] == [first.pk]
            commit()
        seen, _ = poll(acme_api, LONG_AGO)
        assert (len(seen), seen[0], seen[-1]) == (3, first.pk, last.pk)

    def test_a_change_behind_which_one_of_a_contact_may_appear_is_not_listed_yet(
        self, acme_api: ApiClient, create: Create, alice: Contact, acme: Org
    ) -> None:
        row, other = create(), InterviewRequestFactory.create(org=acme)
        _, time = poll(acme_api, LONG_AGO)
        with uncommitted(lambda: Contact.objects.filter(pk=alice.pk).update(notes="New")) as commit:
            acme_api.patch(f"/interviews/{other.pk}", {"contact_context": "Committed first, with a later time"})
            assert poll(acme_api, time)[0] == []
            commit()
        assert poll(acme_api, time)[0] == [row.pk, other.pk]

    def test_transactions_that_only_lock_delay_nothing(self, acme_api: ApiClient, create: Create) -> None:
        row = create()
        with uncommitted(lambda: InterviewRequest.objects.select_for_update().get(pk=row.pk)):
            assert poll(acme_api, LONG_AGO)[0] == [row.pk]

    def test_a_transaction_of_a_role_whose_times_are_hidden_delays_all(self, create: Create) -> None:
        row = create()
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE poller")
            try:
                with uncommitted(lambda: mark_sent(row)) as commit:
                    cursor.execute("SET ROLE poller")
                    assert committed_before(InterviewRequest) == UNKNOWN
                    commit()
                    assert committed_before(InterviewRequest) != UNKNOWN
            finally:
                cursor.execute("RESET ROLE; DROP ROLE poller")
