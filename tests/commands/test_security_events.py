"""Each run of a command is a security event, and auditors can export all events."""

import csv
import json
import sys
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, get_commands
from django.db import OperationalError, connection

from interviews.models import InterviewRequest
from orgs.commands import KINDS, NOT_RECORDED
from orgs.models import ApiKey, EventKind, Org, SecurityEvent
from tests.commands.running import run
from tests.staff.test_security_events import forget

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_events(db: None) -> None:
    forget()


def events() -> list[tuple[str, str, str, str]]:
    """Kind, command, org and subject, oldest first."""
    rows = SecurityEvent.objects.filter(actor_kind="command").order_by("pk")
    return [(row.kind, row.actor, row.org, f"{row.subject_type} {row.subject}".strip()) for row in rows]


def test_the_table_names_commands_that_exist() -> None:
    assert (KINDS.keys() | NOT_RECORDED) <= get_commands().keys()


def test_commands_that_write() -> None:
    run("create_org", "Acme", "--plan", "growth")
    key = run("create_api_key", "acme", "--name", "CRM of Jane").strip()
    new = run("rotate_api_key", key).strip()
    run("revoke_api_key", key)
    run("set_plan", "acme", "enterprise", "--rate-limit", "2000")
    run("create_interview_type", "acme", "--guide", "no_decision")
    old = f"API key {key[:12]}"
    assert events() == [
        ("org_created", "create_org", "acme", "org acme"),
        ("key_issued", "create_api_key", "acme", old),
        ("key_rotated", "rotate_api_key", "acme", old),
        ("key_revoked", "revoke_api_key", "acme", old),
        ("org_changed", "set_plan", "acme", "org acme"),
        ("type_created", "create_interview_type", "acme", ""),
    ]
    details = dict(SecurityEvent.objects.values_list("actor", "detail"))
    assert f"New key: {new[:12]}." in details["rotate_api_key"]
    assert "Plan: enterprise. Own rate limit: 2000. System user: " in details["set_plan"]
    stored = str(list(SecurityEvent.objects.values()))
    assert not [secret for secret in (key, new, "Jane") if secret in stored]


def test_commands_that_read_or_erase(interview_request: InterviewRequest) -> None:
    forget()
    run("show_prompt", interview_request.pk)
    run("export_interviews", "--org", "acme")
    run("list_api_keys", "--org", "acme")
    run("purge")
    run("erase_contact", "alice@example.com", "--org", "acme", "--yes")
    assert events() == [
        ("prompt_read", "show_prompt", "acme", f"interview request {interview_request.pk}"),
        ("export", "export_interviews", "acme", "org acme"),
        ("command", "list_api_keys", "acme", ""),
        ("command", "purge", "", ""),
        ("erasure", "erase_contact", "acme", f"contact {interview_request.contact_id}"),
    ]
    assert "alice" not in str(list(SecurityEvent.objects.values()))


def test_a_command_that_fails_is_recorded_without_its_arguments(acme: Org, acme_key: str) -> None:
    for words in (f"create_api_key {acme_key} --name x", "revoke_api_key hsk_typed", "set_plan acme x"):
        with pytest.raises(CommandError):
            run(*words.split())
    ran = ("create_api_key", "revoke_api_key")  # arguments that cannot be parsed run no command
    assert events() == [("command", name, "", "") for name in ran]
    rows = list(SecurityEvent.objects.values())
    assert all(row["detail"].startswith("Failed. System user: ") for row in rows)
    assert not [secret for secret in (acme_key, "hsk_typed") if secret in str(rows)]


def test_an_export_is_recorded_before_it_is_read(
    interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Head(StringIO):
        def write(self, text: str) -> int:
            assert [kind for kind, *_ in events()] == ["export"]
            raise BrokenPipeError

    for words in (["export_interviews", "--org", "acme"], ["export_security_events"]):
        forget()
        with open("/dev/null", "w") as stdout:
            monkeypatch.setattr(sys, "stdout", stdout)
            with pytest.raises(SystemExit):
                run(*words, stdout=Head())
        assert [kind for kind, *_ in events()] == ["export"]


def test_a_command_whose_event_cannot_be_stored_still_prints_its_result(
    acme: Org, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(execute: Any, sql: str, *args: Any) -> Any:
        if "orgs_securityevent" in sql:
            raise OperationalError("The table is locked.")
        return execute(sql, *args)

    with connection.execute_wrapper(fail):
        key = run("create_api_key", "acme", "--name", "CRM").strip()
    assert ApiKey.objects.get().prefix == key[:12]
    assert "A security event was not stored: key_issued" in caplog.messages


class TestExport:
    @pytest.fixture(autouse=True)
    def two(self, db: None) -> None:
        for day, actor in (("2026-03-01T23:59:59Z", "ann"), ("2026-03-02T00:00:00Z", "-eve")):
            with time_machine.travel(day, tick=False):
                SecurityEvent.objects.create(kind=EventKind.LOGIN, actor_kind="staff", actor=actor, request_id="req-1")

    def test_csv(self) -> None:
        rows = list(csv.DictReader(StringIO(run("export_security_events").lstrip("\ufeff"), newline="")))
        assert [row["actor"] for row in rows] == ["ann", "'-eve", "export_security_events"]
        stored = {"created_at": "2026-03-01T23:59:59Z", "kind": "login", "actor_kind": "staff", "actor": "ann"}
        nothing = dict.fromkeys(("org", "subject_type", "subject", "detail"), "")
        assert rows[0] == {**stored, **nothing, "request_id": "req-1"}

    @pytest.mark.parametrize(("options", "actors"), [([], ["ann", "-eve"]), (["--since", "2026-03-02"], ["-eve"])])
    @pytest.mark.parametrize("page", [2, 500])
    def test_json_lines_since_a_day(
        self, monkeypatch: pytest.MonkeyPatch, options: list[str], actors: list[str], page: int
    ) -> None:
        monkeypatch.setattr("staff.history.security_events.PAGE", page)
        lines = run("export_security_events", "--format", "jsonl", *options).splitlines()
        assert [json.loads(line)["actor"] for line in lines] == [*actors, "export_security_events"]
