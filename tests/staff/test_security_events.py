"""Security events of staff: what is stored and logged, and the page and export for auditors."""

import csv
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from hindsight.http.logs import JSONFormatter
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent, next_question
from interviews.services.transitions import complete_interview
from interviews.services.wishes import decline_interview
from orgs.audit_removal import purge_security_events
from orgs.models import ApiKey, EventKind, Org, SecurityEvent
from staff.history import security_events
from staff.login.attempts import ATTEMPTS
from staff.security_events import STORED_ATTEMPTS
from tests.staff.conftest import Staff, attempt, staff_of

pytestmark = pytest.mark.django_db

NOON = "2026-03-01T12:00:30Z"
ADDRESS = "192.0.2.1"

Lines = list[dict[str, Any]]


@pytest.fixture
def ann() -> User:
    user = User.objects.create_user("ann", password="correct horse", is_staff=True)
    forget()
    return user


@pytest.fixture
def log() -> Iterator[Lines]:
    """The lines of the logger, as production formats them."""
    lines: Lines = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JSONFormatter().format(record)))

    handler = Handler()
    logging.getLogger("hindsight.security").addHandler(handler)
    yield lines
    logging.getLogger("hindsight.security").removeHandler(handler)


def forget() -> None:
    purge_security_events(before=timezone.now() + timedelta(days=1))


def events() -> list[tuple[str, str, str, str]]:
    """Kind, actor, org and subject, oldest first."""
    rows = SecurityEvent.objects.order_by("pk")
    return [(row.kind, row.actor, row.org, f"{row.subject_type} {row.subject}".strip()) for row in rows]


class TestLogins:
    def test_login_and_logout_are_stored_and_logged_with_the_address(self, ann: User, log: Lines) -> None:
        client = Client(REMOTE_ADDR=ADDRESS, headers={"X-Request-Id": "req-1"})
        client.post("/admin/login/", {"username": "ann", "password": "correct horse"})
        client.post("/admin/logout/")
        assert events() == [("login", "ann", "", ""), ("logout", "ann", "", "")]
        assert [(line["event"], line["actor"], line["address"], line["request_id"]) for line in log] == [
            ("login", "ann", ADDRESS, "req-1"),
            ("logout", "ann", ADDRESS, "req-1"),
        ]
        assert SecurityEvent.objects.filter(request_id="req-1", actor_kind="staff").count() == 2
        assert not any(ADDRESS in str(row) for row in SecurityEvent.objects.values())

    def test_a_failed_login_names_only_logins_that_exist(self, ann: User, log: Lines) -> None:
        attempt("ANN")
        attempt("correct horse battery staple")
        User.objects.filter(pk=ann.pk).update(is_staff=False)
        assert attempt("ann", "correct horse").status_code == 200
        failed = "login_failed"
        assert events() == [(failed, "ann", "", ""), (failed, "", "", ""), (failed, "ann", "", "")]
        assert "staple" not in json.dumps(log)
        assert [line["address"] for line in log] == [ADDRESS] * 3

    @time_machine.travel(NOON, tick=False)
    def test_a_lock_out_is_stored_once_in_a_window_and_logged_each_time(self, ann: User, log: Lines) -> None:
        for _ in range(ATTEMPTS["login and address"][0] + 5):
            attempt("ann")
        assert [kind for kind, *_ in events()] == ["login_failed"] * 10 + ["lock_out"]
        assert [line["event"] for line in log] == ["login_failed"] * 10 + ["lock_out"] * 5
        assert SecurityEvent.objects.get(kind="lock_out").actor == "ann"

    @time_machine.travel(NOON, tick=False)
    def test_a_flood_of_attempts_cannot_fill_the_table(self, ann: User, log: Lines) -> None:
        stored = STORED_ATTEMPTS[0]
        for number in range(stored + 30):
            attempt(f"nobody{number}", address=f"198.51.100.{number}")
        assert (SecurityEvent.objects.count(), len(log)) == (stored, stored + 30)
        attempt("ann", address="203.0.113.1")
        assert SecurityEvent.objects.count() == stored + 1, "existing logins have limits of their own"


class TestAccounts:
    def test_roles_and_flags_that_staff_change(self, root: Staff, ann: User, log: Lines) -> None:
        group = Group.objects.get(name="support")
        form = {"username": "ann", "email": "ann@example.com", "is_superuser": "on"}
        for more in ({"is_active": "on", "groups": [group.pk]}, {}):
            assert root.post("auth_user_change", ann.pk, **form, **more).status_code == 302
        rows = SecurityEvent.objects.filter(kind="roles_changed", actor="root", subject="ann").order_by("pk")
        assert list(rows.values_list("detail", flat=True)) == [
            "is_superuser: False → True.",
            "groups added: support.",
            "is_active: True → False.",
            "groups removed: support.",
        ]
        assert {line["address"] for line in log} == {"127.0.0.1"}

    def test_a_login_that_staff_create_and_delete(self, root: Staff) -> None:
        forget()
        new = {"username": "bob", "email": "bob@example.com", "groups": [Group.objects.get(name="auditor").pk]}
        assert root.client.post("/admin/auth/user/add/", new).status_code == 302
        bob = User.objects.get(username="bob")
        assert root.client.post(f"/admin/auth/user/{bob.pk}/password-link/").status_code == 200
        assert root.client.post(f"/admin/auth/user/{bob.pk}/delete/", {"post": "yes"}).status_code == 302
        assert events() == [
            ("staff_created", "root", "", "user bob"),
            ("roles_changed", "root", "", "user bob"),  # the role
            ("roles_changed", "root", "", "user bob"),  # and with it the staff status
            ("password_link", "root", "", "user bob"),
            ("staff_deleted", "root", "", "user bob"),
        ]

    def test_a_group_from_either_side(self, ann: User) -> None:
        group = Group.objects.get(name="support")
        group.user_set.add(ann)
        group.user_set.add(ann)
        ann.groups.clear()
        group.delete()
        details = SecurityEvent.objects.order_by("pk").values_list("kind", "subject", "detail")
        assert list(details) == [
            ("roles_changed", "ann", "groups added: support."),
            ("roles_changed", "ann", "groups removed: all."),
            ("roles_changed", "ann", "is_staff: True → False."),
            ("roles_changed", "support", "Deleted."),
        ]

    def test_commands_of_django(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.argv", ["manage.py", "createsuperuser"])
        call_command("createsuperuser", username="eve", email="eve@example.com", interactive=False, verbosity=0)
        event = SecurityEvent.objects.get(subject="eve")
        assert (event.kind, event.actor_kind, event.actor) == ("staff_created", "command", "createsuperuser")
        assert event.detail == "is_active: True. is_staff: True. is_superuser: True."


class TestPages:
    def test_who_read_a_transcript_or_a_prompt(self, interview_request: InterviewRequest) -> None:
        support, number = staff_of("support"), interview_request.pk
        forget()
        support.get("interviews_interviewrequest_change", number)
        assert events() == [], "nothing was said yet"
        support.get("interviews_interviewrequest_prompt", number)
        give_consent(interview_request)
        next_question(interview_request)
        support.get("interviews_interviewrequest_change", number)
        support.get("interviews_interviewrequest_changelist")
        assert len(events()) == 1, "answers that were not sent are not shown"
        decline_interview(interview_request, comment="In a merger.")
        support.get("interviews_interviewrequest_change", number)
        subject = f"interview request {number}"
        assert events() == [(kind, "support", "acme", subject) for kind in ("prompt_read", "transcript_read")]
        assert SecurityEvent.objects.latest("pk").detail == "The reason for declining."

    def test_a_page_that_cannot_be_recorded_is_not_shown(self, interview_request: InterviewRequest) -> None:
        complete_interview(interview_request, content="**Paige:** Secret words")
        reader = staff_of("read only")

        def fail(execute: Any, sql: str, *args: Any) -> Any:
            if sql.startswith('INSERT INTO "orgs_securityevent"'):
                raise OperationalError("The server is gone.")
            return execute(sql, *args)

        with connection.execute_wrapper(fail):
            response = reader.get("interviews_interviewrequest_change", interview_request.pk)
        assert response.status_code == 503
        assert "Secret" not in response.content.decode()

    def test_keys_and_orgs(self, acme: Org) -> None:
        manager = staff_of("account manager")
        manager.user.managed_orgs.add(acme)
        forget()
        page = manager.post("orgs_org_issue-key", acme.pk, name="CRM of Jane").content.decode()
        key = ApiKey.objects.get()
        manager.post("orgs_apikey_revoke", key.pk)
        sent = manager.form("orgs_org_change", acme.pk)
        manager.post("orgs_org_change", acme.pk, **{**sent, "plan": "enterprise", "name": "Acme of Jane"})
        about = [("key_issued", f"API key {key.prefix}"), ("key_revoked", f"API key {key.prefix}")]
        about.append(("org_changed", "org acme"))
        assert events() == [(kind, "account-manager", "acme", subject) for kind, subject in about]
        assert SecurityEvent.objects.get(kind="org_changed").detail == "name. plan: growth → enterprise."
        stored = str(list(SecurityEvent.objects.values()))
        assert not [secret for secret in ("Jane", page.partition('value="hsk_')[2][:46]) if secret in stored]

    def test_erasing_and_deleting(self, root: Staff, interview_request: InterviewRequest) -> None:
        forget()
        contact = interview_request.contact
        root.post("contacts_contact_erase", contact.pk, word="alice@example.com")
        root.post("contacts_contact_delete", contact.pk, word=f"erased-{contact.pk}@erased.invalid")
        root.post("orgs_org_delete", contact.org_id, word="acme")
        assert not Org.objects.exists()
        assert events() == [
            ("erasure", "root", "acme", f"contact {contact.pk}"),
            ("deletion", "root", "acme", f"contact {contact.pk}"),
            ("deletion", "root", "acme", "org acme"),
            ("deletion", "root", "acme", "org acme"),
        ]
        assert SecurityEvent.objects.latest("pk").detail == "Changes deleted: 4."
        assert "alice" not in str(list(SecurityEvent.objects.values()))

    def test_a_write_that_is_refused_is_not_an_event(self, root: Staff, interview_request: InterviewRequest) -> None:
        forget()
        root.post("contacts_contact_erase", interview_request.contact_id, word="wrong")
        staff_of("support").post("orgs_org_issue-key", interview_request.org_id, name="CRM")
        assert {kind for kind, *_ in events()} == {"staff_created", "roles_changed", "login"}


@pytest.fixture
def auditor() -> Staff:
    auditor = staff_of("auditor")
    forget()
    return auditor


def add(number: int = 1, **fields: Any) -> None:
    values = {"kind": EventKind.EXPORT, "actor_kind": "staff", "actor": "ann", **fields}
    for _ in range(number):
        SecurityEvent.objects.create(**values)


class TestAuditors:
    @pytest.mark.parametrize(
        "query",
        [
            {"kind__exact": "deletion"},
            {"by": "eve"},
            {"org": "globex"},
            {"q": "contact 42"},
            {"q": "42"},
            {"created_since": "2026-03-01"},
            {"by": "eve", "kind__exact": "deletion", "org": "globex", "q": "42"},
        ],
        ids=str,
    )
    def test_filters_and_search(self, auditor: Staff, query: dict[str, str]) -> None:
        with time_machine.travel("2026-02-01T12:00:00Z"):
            add(org="acme", subject_type="contact", subject="421")
        with time_machine.travel(NOON):
            add(kind="deletion", actor="eve", org="globex", subject_type="contact", subject="42")
        found = auditor.listed("orgs_securityevent", **query)
        assert [event.subject for event in found] == ["42"]

    def test_the_newest_is_first_and_the_page_leads_to_the_export_of_its_rows(self, auditor: Staff) -> None:
        add(actor="one")
        add(actor="two")
        page = auditor.get("orgs_securityevent_changelist", created_since="2026-01-01")
        assert 'href="/admin/orgs/securityevent/export/?created_since=2026-01-01"' in page.content.decode()
        assert [event.actor for event in page.context["cl"].result_list] == ["two", "one"]

    def test_the_export(self, auditor: Staff) -> None:
        add(actor="=1+1", org="acme", subject_type="contact", subject="42")
        add(actor="two")
        response = auditor.get("orgs_securityevent_export", org="acme")
        assert response["Content-Disposition"] == 'attachment; filename="security-events.csv"'
        (row,) = csv.DictReader(StringIO(response.content.decode("utf-8-sig"), newline=""))
        assert (row["kind"], row["actor"], row["org"], row["subject_type"]) == ("export", "'=1+1", "acme", "contact")
        newest = SecurityEvent.objects.latest("pk")
        assert (newest.kind, newest.actor, newest.detail) == ("export", "auditor", "Security events: 1.")

    def test_the_export_is_bounded_and_refuses_lookups_that_the_page_does_not_offer(
        self, auditor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert auditor.get("orgs_securityevent_export", detail__contains="a").status_code in (302, 400)
        assert not SecurityEvent.objects.filter(kind="export").exists()
        monkeypatch.setattr(security_events, "MAX_EXPORTED", 3)
        add(5)
        assert auditor.text("orgs_securityevent_export").count("\r\n") == 4
