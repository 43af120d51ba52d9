"""Marking interview requests as sent, and archiving them: one by one, and many at once."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact
from interviews.lifecycle import Status
from interviews.models import InterviewRequest
from interviews.services.erasure import erase_contact
from interviews.services.transitions import complete_interview
from orgs.actors import Actor, ActorKind
from orgs.models import Org, SecurityEvent
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory
from tests.staff.conftest import Staff
from webhooks.models import Endpoint, Event

ACT = "interviews_interviewrequest_act"
LIST = "interviews_interviewrequest_changelist"
POSITIONS = {"mark-sent": "0", "archive": "1", "unarchive": "2", "cancel": "3", "uncancel": "4"}
ROOT = Actor(ActorKind.STAFF, "root")


@pytest.fixture
def rows(interview_request: InterviewRequest, globex: Org) -> list[InterviewRequest]:
    """Two that can be marked as sent, of two orgs, and one each that is sent, completed and erased."""
    sent, completed, erased = InterviewRequestFactory.create_batch(
        3, org=interview_request.org, interview_type=interview_request.interview_type
    )
    sent.transition_to(Status.SENT, email_sent_at=timezone.now())
    complete_interview(completed, content="**Paige:** Why?\n\n**Jane:** Price.")
    erase_contact(org_id=erased.org_id, contact_id=erased.contact_id, actor=ROOT)
    return [interview_request, InterviewRequestFactory.create(org=globex), sent, completed, erased]


def select(staff: Staff, name: str, ids: Sequence[int | str], query: str = "", **data: Any) -> Any:
    """What the list sends: the row of hidden inputs, the boxes and the button."""
    data = {"action": list(POSITIONS), "index": POSITIONS[name], "_selected_action": ["0", *ids], **data}
    return staff.client.post(f"/admin/interviews/interviewrequest/?{query}", data)


def confirm(staff: Staff, page: Any) -> Any:
    """Submits the form of the confirmation."""
    [(action, ids)] = re.findall(
        r'action="([^"]*/act/[^"]*)".*?name="ids" value="([^"]*)"', page.content.decode(), re.S
    )
    return staff.client.post(action.replace("&amp;", "&"), {"ids": ids}, follow=True)


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def statuses() -> list[str]:
    return list(InterviewRequest.objects.order_by("pk").values_list("status", flat=True))


def pks(rows: Sequence[InterviewRequest]) -> list[int]:
    return [row.pk for row in rows]


class TestSelected:
    def test_are_marked_as_sent(self, root: Staff, rows: list[InterviewRequest], acme_api: ApiClient) -> None:
        version = acme_api.get(f"/interviews/{rows[0].pk}").headers["ETag"]
        page = select(root, "mark-sent", pks(rows), "archived=all")
        text = " ".join(re.sub(r"<[^>]*>", "", page.content.decode()).split())
        assert "5 interview requests selected, of 2 orgs. 2 will be marked as sent." in text
        assert "The others stay as they are: 1 already completed, 1 already sent, 1 contact erased." in text
        assert sorted(statuses()) == ["completed", "created", "created", "created", "sent"], "only asked"

        page = confirm(root, page)
        assert page.redirect_chain == [("/admin/interviews/interviewrequest/?archived=all", 302)]
        assert messages_of(page) == [
            "2 marked as sent, 3 were not: 1 already completed, 1 already sent, 1 contact erased."
        ]
        shown = acme_api.get(f"/interviews/{rows[0].pk}")
        assert (shown.json()["status"], shown.json()["email_sent_at"] is None) == ("sent", False)
        assert shown.headers["ETag"] != version
        assert [InterviewRequest.objects.get(pk=row.pk).status for row in rows] == [
            *("sent", "sent", "sent", "completed", "created")
        ]
        events = SecurityEvent.objects.filter(kind="request_changed").order_by("pk")
        assert [(event.actor, event.org, event.subject, event.detail) for event in events] == [
            ("root", row.org.slug, str(row.pk), "Marked as sent.") for row in rows[:2]
        ]

    def test_are_archived_and_taken_out_again(
        self, root: Staff, rows: list[InterviewRequest], acme_api: ApiClient
    ) -> None:
        path = f"/interviews/{rows[0].pk}"
        before = acme_api.get(path)
        assert messages_of(confirm(root, select(root, "archive", pks(rows[:3])))) == ["3 archived."]
        after = acme_api.get(path)
        assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])
        assert len(acme_api.get("/interviews").json()["data"]) == 4, "the API lists archived ones"

        def listed(**query: str) -> set[int]:
            return {row.pk for row in root.get(LIST, **query).context["cl"].result_list}

        assert listed() == {*pks(rows[3:])}
        assert listed(archived="yes") == {*pks(rows[:3])}
        assert listed(archived="all") == listed(archived="nonsense") | {*pks(rows[:3])} == {*pks(rows)}
        assert listed(q=str(rows[0].pk)) == {rows[0].pk}, "a search finds it"
        for name, query, told in (
            ("archive", "archived=all", "1 archived, 3 were not: 3 already archived."),
            ("unarchive", "archived=yes", "4 unarchived."),
        ):
            assert messages_of(confirm(root, select(root, name, pks(rows[:4]), query))) == [told]
        assert listed() == {*pks(rows)}
        assert SecurityEvent.objects.filter(kind="request_changed").count() == 3 + 1 + 4

    def test_are_cancelled_and_the_cancellation_taken_back(
        self, root: Staff, rows: list[InterviewRequest], acme_api: ApiClient
    ) -> None:
        Endpoint.objects.create(org=rows[0].org, url="https://example.com/", event_types=["interview.cancelled"])
        page = confirm(root, select(root, "cancel", pks(rows), "archived=all"))
        assert messages_of(page) == ["4 cancelled, 1 was not: 1 already completed."]
        assert acme_api.get(f"/interviews/{rows[0].pk}").json()["cancelled_at"] is not None
        sent_to = Event.objects.order_by("pk").values_list("type", "interview_request_id")
        assert [*sent_to] == [("interview.cancelled", row.pk) for row in (rows[0], rows[2], rows[4])]
        assert "Cancelled" in root.text(LIST)
        assert messages_of(confirm(root, select(root, "mark-sent", pks(rows[:2])))) == [
            "0 marked as sent, 2 were not: 2 cancelled."
        ]
        page = confirm(root, select(root, "uncancel", pks(rows[:4])))
        assert messages_of(page) == ["3 no longer cancelled, 1 was not: 1 not cancelled."]
        assert acme_api.get(f"/interviews/{rows[0].pk}").json()["cancelled_at"] is None

    def test_deleted_rows_are_counted_and_nothing_selected_changes_nothing(
        self, root: Staff, rows: list[InterviewRequest]
    ) -> None:
        page = root.client.get(select(root, "mark-sent", []).url)
        assert messages_of(page) == ["Select interview requests first. Nothing was changed."]
        page = select(root, "mark-sent", pks(rows[:2]))
        Contact.objects.get(pk=rows[1].contact_id).delete()
        assert messages_of(confirm(root, page)) == ["1 marked as sent, 1 was not: 1 deleted."]


class TestTheWholeList:
    @pytest.fixture
    def many(self, interview_request: InterviewRequest) -> None:
        """With interview_request, 1,202 of Acme."""
        InterviewRequest.objects.bulk_create(
            InterviewRequest(
                org=interview_request.org,
                contact=interview_request.contact,
                interview_type=interview_request.interview_type,
                updated_at="2026-01-01T00:00Z",
            )
            for _ in range(1_201)
        )

    def test_takes_the_filtered_list(self, root: Staff, rows: list[InterviewRequest]) -> None:
        page = confirm(root, select(root, "mark-sent", [], "org=acme", select_across="1"))
        assert messages_of(page) == [
            "1 marked as sent, 3 were not: 1 already completed, 1 already sent, 1 contact erased."
        ]
        assert InterviewRequest.objects.get(pk=rows[1].pk).status == Status.CREATED, "of another org"

    def test_is_cut_and_written_in_few_statements(self, root: Staff, many: None) -> None:
        assert "the whole list: more than 1,000" in root.text(LIST)
        with CaptureQueriesContext(connection) as asked:
            page = select(root, "mark-sent", [], select_across="1")
        assert "Only the newest 1000 are taken." in page.content.decode()
        with CaptureQueriesContext(connection) as written:
            assert "1,000 marked as sent." in messages_of(confirm(root, page))
        assert statuses().count("sent") == 1_000
        assert statuses()[:202] == ["created"] * 202, "the newest"
        assert len(asked) <= 10
        assert len(written) <= 30  # events are stored in several statements on SQLite


@pytest.mark.parametrize("ids", ["", "x", "1;2", "-1", "9" * 30, "0"])
def test_ids_that_are_none_change_nothing(root: Staff, interview_request: InterviewRequest, ids: str) -> None:
    assert root.post(ACT, "mark-sent", ids=ids).status_code == 302
    assert statuses() == ["created"]
    assert root.post(ACT, "nonsense", ids=str(interview_request.pk)).status_code == 404
