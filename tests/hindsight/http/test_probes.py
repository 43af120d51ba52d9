"""/healthz and /readyz, as a load balancer asks: in plain HTTP, by address, without a key, every few seconds."""

import logging

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from pytest_django import Settings

BY_ADDRESS = {"Host": "10.0.0.7:8000"}


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["api.example.com"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_answer_by_any_name_and_leave_no_line_in_the_log(
    db: None, client: Client, caplog: pytest.LogCaptureFixture, path: str, method: str
) -> None:
    caplog.set_level(logging.INFO)
    response = client.generic(method, path, headers=BY_ADDRESS)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/plain")
    assert response.content == (b"ok\n" if method == "GET" else b"")
    assert "X-Request-Id" in response.headers
    assert not caplog.records


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_they_are_only_read(client: Client, path: str, method: str) -> None:
    response = client.generic(method, path, headers=BY_ADDRESS)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_the_database_is_away(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def away() -> None:
        raise error("down")

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(connection, "cursor", away)
    assert client.get("/healthz", headers=BY_ADDRESS).status_code == 200
    response = client.get("/readyz", headers=BY_ADDRESS)
    assert (response.status_code, response.content) == (503, b"the database is unavailable\n")
    assert "GET /readyz 503" in caplog.messages
    assert not any("healthz" in message for message in caplog.messages)


@pytest.mark.parametrize("path", ["/healthz/", "/readyz2", "/admin/login/", "/api/v1/interviews/1"])
def test_nothing_else_answers_by_another_name(client: Client, path: str) -> None:
    assert client.get(path, headers=BY_ADDRESS, secure=True).status_code == 400
