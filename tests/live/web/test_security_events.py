"""Logins of staff on a real server: what is logged and stored, and what happens while the database is unavailable."""

import re
import secrets
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory

from hindsight.limits.rate_limits import hit
from orgs.models import SecurityEvent
from staff.login.attempts import ATTEMPTS
from tests.live.client import Response, response_to
from tests.live.conftest import Serve, patient_redis_url
from tests.live.stores import ON_POSTGRESQL
from tests.live.tcp_proxy import tcp_proxy
from tools.harness.web import Server

CLIENT = "198.51.100.7"


def attempt(server: Server, login: str, password: str = "wrong") -> Response:
    token = secrets.token_hex(16)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={token}",
        "X-Forwarded-For": CLIENT,
    }
    body = urlencode({"username": login, "password": password, "csrfmiddlewaretoken": token})
    return response_to(server.port, "POST", "/admin/login/", body, headers, seconds=20)


def login_early_in_its_window() -> str:
    """Returns a login whose window lasts another minute at least. The key determines when a window begins."""
    _, minutes = ATTEMPTS["login and address"]
    for _ in range(50):
        login = f"ann-{secrets.token_hex(4)}"
        _, seconds_left = hit(RequestFactory().get("/"), "another group", f"{login} {CLIENT}", 1, minutes)
        if seconds_left > 60:
            return login
    raise AssertionError("Fifty windows had less than a minute left.")


@pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")
def test_a_refused_login_stays_refused_while_the_database_is_unavailable(serve: Serve, database_url: str) -> None:
    login = login_early_in_its_window()
    User.objects.create_user(login, password="correct horse", is_staff=True)
    with (
        tcp_proxy(database_url) as postgresql,
        serve(
            workers=1,
            DATABASE_URL=postgresql.url(database_url),
            REDIS_URL=patient_redis_url(),
            TRUSTED_PROXIES="127.0.0.1",
        ) as server,
    ):
        assert attempt(server, login, "correct horse").status_code == 302
        for _ in range(ATTEMPTS["login and address"][0] - 1):
            assert attempt(server, login).status_code == 200
        postgresql.set_state("down")
        assert attempt(server, login, "correct horse").status_code == 429
        assert attempt(server, f"{login}-2").status_code == 503
        postgresql.set_state("up")
        assert attempt(server, login, "correct horse").status_code == 429
    stored = SecurityEvent.objects.filter(actor=login, actor_kind="staff").order_by("pk")
    assert list(stored.values_list("kind", flat=True)) == ["login", *["login_failed"] * 9]
    lines = [line for line in server.log.splitlines() if "hindsight.security: " in line]
    assert all(line.endswith(f"address={CLIENT})") for line in lines)
    kinds = [match[1] for line in lines if (match := re.search(rf"event=(\w+) actor_kind=staff actor={login} ", line))]
    assert kinds == ["login", *["login_failed"] * 9, "lock_out"]
    assert len([line for line in lines if "event=lock_out actor_kind=staff detail=" in line]) == 1, "without the login"
