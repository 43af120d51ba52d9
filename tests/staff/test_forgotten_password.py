"""Forgotten passwords: the work before the response does not depend on whether an address has a login."""

import socket
from collections.abc import Iterator
from concurrent.futures import wait
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from orgs.models import SecurityEvent
from staff.login import passwords
from staff.login.passwords import ForgottenView
from tests.staff.test_staff_members import FORGOTTEN, use_mail
from tools.harness.processes import eventually

KNOWN, UNKNOWN = "ann@example.com", "nobody@example.com"


@pytest.fixture
def hanging(settings: Settings) -> Iterator[socket.socket]:
    """A mail server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        use_mail(settings, server.getsockname()[1])
        settings.EMAIL_TIMEOUT = 600  # a response that waited for the mail would not arrive
        yield server


def ask(address: str) -> Any:
    return Client().post(FORGOTTEN, {"email": address})


@pytest.mark.django_db(transaction=True)
def test_a_hanging_mail_server_delays_no_response(hanging: socket.socket) -> None:
    User.objects.create_user("ann", KNOWN, is_staff=True)
    for address in (UNKNOWN, KNOWN):
        assert ask(address).headers["Location"] == "/admin/login/"
    waiting, _ = hanging.accept()  # after both responses, the mail still waits for the server's greeting
    waiting.close()
    assert eventually(lambda: SecurityEvent.objects.filter(kind="password_link", subject="ann").count() == 1)
    finish_work()


@pytest.mark.django_db(transaction=True)
def test_the_request_does_the_same_for_every_address(monkeypatch: pytest.MonkeyPatch, hanging: socket.socket) -> None:
    User.objects.create_user("ann", KNOWN, is_staff=True)
    begun: list[str] = []
    monkeypatch.setattr(passwords, "mail_links", lambda request, email: begun.append(email))
    seen = [work_of(address) for address in (UNKNOWN, KNOWN)]
    finish_work()
    assert seen[0] == seen[1]
    assert not [sql for sql in seen[0][1] if "auth_user" in sql], "logins are looked up later"
    assert sorted(begun) == sorted([UNKNOWN, KNOWN])


def work_of(address: str) -> tuple[Any, list[str]]:
    """The response, and the statements of the request."""
    with CaptureQueriesContext(connection) as queries:
        response = ask(address)
    cookies = sorted(response.cookies)
    return (response.status_code, response.headers["Location"], cookies), [one["sql"][:40] for one in queries]


def finish_work() -> None:
    """Until no thread has work, so that none of them uses the database of the next test."""
    all_idle = Barrier(passwords.MAILS_AT_ONCE)
    wait([ForgottenView.threads.submit(all_idle.wait, 30) for _ in range(passwords.MAILS_AT_ONCE)])
