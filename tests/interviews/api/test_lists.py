"""GET /api/v1/interviews and /interview-types."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from contacts.models import Contact
from hindsight.api.pagination import MAX_CHARACTERS
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from interviews.services.transitions import complete_interview
from orgs.models import Org
from tests.client import ApiClient
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory
from tests.interviews.api.pages import ids, page, statements, walk
from tests.interviews.steps import mark_sent


@pytest.fixture
def seven_ids(alice: Contact) -> list[int]:
    """Ids of Acme's interview requests, newest first."""
    interview_type = InterviewTypeFactory.create(org=alice.org)
    rows = [
        InterviewRequestFactory.create(org=alice.org, contact=alice, interview_type=interview_type) for _ in range(7)
    ]
    return [row.pk for row in reversed(rows)]


def test_a_row_is_the_interview_request_without_long_texts(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    (row,) = page(acme_api)["data"]
    whole = acme_api.get(f"/interviews/{interview_request.pk}").json()
    for name in ("transcript", "objective_topics", "decline", "rating"):
        del whole[name]
    del whole["contact"]["notes"]
    assert row == whole


class TestInclude:
    @pytest.mark.parametrize("include", ["notes", "etag", "notes,etag", "etag,notes"])
    def test_rows_have_what_is_asked_for_and_get_shows_the_same(
        self, acme_api: ApiClient, interview_request: InterviewRequest, include: str
    ) -> None:
        give_consent(interview_request)
        (plain,), (row,) = page(acme_api)["data"], page(acme_api, include=include)["data"]
        whole = acme_api.get(f"/interviews/{interview_request.pk}")
        expected = {**plain, "contact": {**plain["contact"]}}
        if "etag" in include:
            expected["etag"] = whole.headers["ETag"]
        if "notes" in include:
            expected["contact"]["notes"] = whole.json()["contact"]["notes"]
        assert row == expected
        assert (page(acme_api)["data"], plain.get("etag"), plain["contact"].get("notes")) == ([plain], None, None)

    def test_an_etag_of_a_list_makes_an_update_safe(
        self, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        (row,) = page(acme_api, include="etag", updated_after="2026-01-01T00:00:00Z")["data"]
        statuses = [
            acme_api.patch(f"/interviews/{interview_request.pk}", {"contact_context": text}, If_Match=row["etag"])
            for text in ("Mine", "Too late")
        ]
        assert [response.status_code for response in statuses] == [200, 412]
        assert Contact.objects.get().notes == "Mine"

    @pytest.mark.parametrize("include", ["", "notes,", "transcript", "notes, etag", "NOTES"])
    def test_other_values_are_refused(self, acme_api: ApiClient, include: str) -> None:
        response = acme_api.get(f"/interviews?{urlencode({'include': include})}")
        assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, "include")

    def test_a_page_ends_before_its_notes_are_too_long(self, acme_api: ApiClient, seven_ids: list[int]) -> None:
        Contact.objects.update(notes="é" * (MAX_CHARACTERS // 3))
        pages = [first := page(acme_api, include="notes"), page(acme_api, limit=2, include="notes")]
        assert [ids(each["data"]) for each in pages] == [seven_ids[:3], seven_ids[:2]]
        rest = page(acme_api, include="notes", cursor=first["next_cursor"])
        assert ids(rest["data"]) == seven_ids[3:6]
        assert ids(walk(acme_api, include="notes")) == ids(page(acme_api)["data"]) == seven_ids
        Contact.objects.update(notes="é" * (MAX_CHARACTERS + 1))
        assert ids(walk(acme_api, include="notes")) == seven_ids


def test_pages_are_newest_first_and_end_with_null(acme_api: ApiClient, seven_ids: list[int]) -> None:
    first = page(acme_api, limit=3)
    second = page(acme_api, limit=3, cursor=first["next_cursor"])
    third = page(acme_api, limit=3, cursor=second["next_cursor"])
    assert [ids(each["data"]) for each in (first, second, third)] == [seven_ids[:3], seven_ids[3:6], seven_ids[6:]]
    assert third["next_cursor"] is None


def test_paging_survives_created_and_deleted_rows(acme_api: ApiClient, seven_ids: list[int], alice: Contact) -> None:
    first = page(acme_api, limit=3)
    InterviewRequestFactory.create(org=alice.org, contact=alice)
    InterviewRequest.objects.filter(pk__in=[seven_ids[2], seven_ids[3]]).delete()  # the row of the cursor, and the next
    assert ids(walk(acme_api, limit=3, cursor=first["next_cursor"])) == seven_ids[4:]


def test_an_org_sees_only_its_own_rows(globex_api: ApiClient, acme_api: ApiClient, seven_ids: list[int]) -> None:
    assert page(globex_api) == {"data": [], "next_cursor": None}
    assert ids(page(acme_api)["data"]) == seven_ids


class TestFilters:
    @pytest.fixture(autouse=True)
    def rows(self, acme: Org, alice: Contact) -> None:
        bob = ContactFactory.create(org=acme, email="bob@example.com")
        interview_type = InterviewTypeFactory.create(org=acme)
        for contact, deal, step in ((alice, "d1", "created"), (alice, "d2", "sent"), (bob, "d1", "completed")):
            row = InterviewRequestFactory.create(org=acme, contact=contact, deal_id=deal, interview_type=interview_type)
            if step != "created":
                mark_sent(row)
            if step == "completed":
                complete_interview(row, content="**Paige:** Why?")
        InterviewRequest.objects.filter(deal_id="d2").update(cancelled_at=timezone.now())

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, ["bob d1", "alice d2", "alice d1"]),
            ({"status": "created"}, ["alice d1"]),
            ({"status": "sent"}, ["alice d2"]),
            ({"status": "completed"}, ["bob d1"]),
            ({"contact_email": "ALICE@example.com"}, ["alice d2", "alice d1"]),
            ({"contact_email": "nobody@example.com"}, []),
            ({"deal_id": "d1"}, ["bob d1", "alice d1"]),
            ({"deal_id": "d1", "contact_email": "alice@example.com"}, ["alice d1"]),
            ({"deal_id": "d1", "status": "sent"}, []),
            ({"cancelled": "true"}, ["alice d2"]),
            ({"cancelled": "false"}, ["bob d1", "alice d1"]),
            ({"cancelled": "false", "updated_after": "2026-01-01T00:00:00Z"}, ["alice d1", "bob d1"]),
        ],
    )
    def test_filters_limit_the_list(self, acme_api: ApiClient, query: dict[str, str], expected: list[str]) -> None:
        rows = page(acme_api, **query)["data"]
        assert [f"{row['contact']['email'].split('@')[0]} {row['deal_id']}" for row in rows] == expected


class TestCursor:
    @pytest.fixture
    def cursor(self, acme_api: ApiClient, seven_ids: list[int]) -> str:
        return str(page(acme_api, limit=3)["next_cursor"])

    def is_refused(self, api: ApiClient, **query: Any) -> bool:
        response = api.get(f"/interviews?{urlencode(query)}")
        return bool(response.status_code == 400 and response.json()["error"]["details"][0]["field"] == "cursor")

    def test_a_changed_cursor_is_refused(self, acme_api: ApiClient, cursor: str) -> None:
        for position in range(len(cursor)):
            changed = "A" if cursor[position] != "A" else "B"
            # The last base64 character has unused bits.
            if position != len(cursor) - 1:
                assert self.is_refused(acme_api, cursor=cursor[:position] + changed + cursor[position + 1 :])

    @pytest.mark.parametrize("wrong", ["", "1", "x:y", "é", "\x00", "a" * 10_000, "W10:x"])
    def test_an_invalid_cursor_is_refused(self, acme_api: ApiClient, wrong: str) -> None:
        assert self.is_refused(acme_api, cursor=wrong)

    def test_a_cursor_of_another_org_list_or_filter_is_refused(
        self, acme_api: ApiClient, globex_api: ApiClient, cursor: str
    ) -> None:
        assert self.is_refused(globex_api, cursor=cursor)
        assert self.is_refused(acme_api, cursor=cursor, status="created")
        assert acme_api.get(f"/interview-types?{urlencode({'cursor': cursor})}").status_code == 400


LIMIT = "Send a whole number from 1 to 100."
BLANK = "Send a value, or leave the parameter out."
TIME = "Send an RFC 3339 time with its offset"
REPEATED = "Send this parameter once."
STATUS = "Send one of created, sent, completed."

BAD_QUERIES = [
    ("limit=0", "limit", LIMIT),
    ("limit=101", "limit", LIMIT),
    ("limit=-1", "limit", LIMIT),
    ("limit=" + "9" * 5000, "limit", LIMIT),
    ("limit=", "limit", BLANK),
    ("limit=5&limit=5", "limit", REPEATED),
    ("page=2", "page", "Unknown field"),
    ("limt=5", "limt", "Did you mean limit?"),
    ("cursor=%00", "cursor", ""),
    ("%00=1", "\x00", "Unknown field"),
]
BAD_FILTERS = [
    ("status=lost", STATUS),
    ("status=", BLANK),
    ("cancelled=1", "Send true or false."),
    ("status=created&status=sent", REPEATED),
    ("contact_email=jane", "email address"),
    ("contact_email=%00@x.example", ""),
    ("deal_id=", BLANK),
    ("deal_id=%00", "NUL"),
    ("deal_id=" + "x" * 256, "at most 255"),
    ("sequence_id=1", "Unknown field"),
    ("updated_after=", BLANK),
    ("updated_after=2026-11-24", TIME),
    ("updated_after=2026-11-24T09:30:00", TIME),
    ("updated_after=2026-11-24T09:30:00+00:00", TIME),
    ("updated_after=2026-11-24T25:30:00Z", TIME),
    ("updated_after=2026-02-30T09:30:00Z", TIME),
    ("updated_after=0000-01-01T00:00:00Z", TIME),
    ("updated_after=%D9%A2026-11-24T09:30:00Z", TIME),
    ("updated_after=2026-11-24T09:30:00Z&updated_after=2026-11-25T09:30:00Z", REPEATED),
    ("completed_after=yesterday", TIME),
]


@pytest.mark.parametrize("path", ["/interviews", "/interview-types"])
@pytest.mark.parametrize(("query", "field", "message"), BAD_QUERIES, ids=lambda text: text[:20])
def test_a_bad_query_is_refused(acme_api: ApiClient, path: str, query: str, field: str, message: str) -> None:
    response = acme_api.get(f"{path}?{query}")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")
    (detail,) = response.json()["error"]["details"]
    assert detail["field"] == field
    assert message in detail["message"]


@pytest.mark.parametrize(("query", "message"), BAD_FILTERS, ids=lambda text: text[:20])
def test_a_bad_filter_is_refused(acme_api: ApiClient, query: str, message: str) -> None:
    response = acme_api.get(f"/interviews?{query}")
    (detail,) = response.json()["error"]["details"]
    assert (response.status_code, detail["field"]) == (400, query.partition("=")[0])
    assert message in detail["message"]


def test_a_filter_that_is_not_utf8_finds_nothing(acme_api: ApiClient) -> None:
    assert acme_api.get("/interviews?deal_id=%ff%fe").json() == {"data": [], "next_cursor": None}


@pytest.mark.parametrize("include", [{}, {"include": "notes,etag"}])
def test_a_page_takes_one_statement(acme_api: ApiClient, seven_ids: list[int], include: dict[str, str]) -> None:
    page(acme_api)
    assert len(statements(lambda: page(acme_api, limit=len(seven_ids), **include))) == 1


def test_interview_types_have_ids_and_names(acme_api: ApiClient, acme: Org, globex: Org) -> None:
    ours = [InterviewTypeFactory.create(org=acme, name=name) for name in ("Win-loss", "No decision")]
    InterviewTypeFactory.create(org=globex)
    shown = [{"id": f"type_{each.pk}", "name": each.name} for each in reversed(ours)]
    assert page(acme_api, "/interview-types") == {"data": shown, "next_cursor": None}
