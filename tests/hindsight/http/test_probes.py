"""Probes in production, as load balancers send them: plain HTTP, an IP address as Host, no API key."""

import logging
from contextlib import suppress

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.transaction import atomic
from django.test import Client
from pytest_django import Settings

from hindsight import __version__

IP_ADDRESS_HOST = {"Host": "10.0.0.7:8000"}


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["api.example.com"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_accept_any_host_and_are_not_logged(
    db: None, client: Client, caplog: pytest.LogCaptureFixture, path: str, method: str
) -> None:
    caplog.set_level(logging.INFO)
    response = client.generic(method, path, headers=IP_ADDRESS_HOST)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/plain")
    text = f"ok {__version__}\n" if path == "/healthz" else "ok\n"
    assert response.content.decode() == (text if method == "GET" else "")
    assert "X-Request-Id" in response.headers
    assert not caplog.records


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_probes_allow_only_get_and_head(client: Client, path: str, method: str) -> None:
    response = client.generic(method, path, headers=IP_ADDRESS_HOST)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_database_unavailable(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def unavailable() -> None:
        raise error("down")

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(connection, "cursor", unavailable)
    assert client.get("/healthz", headers=IP_ADDRESS_HOST).status_code == 200
    response = client.get("/readyz", headers=IP_ADDRESS_HOST)
    assert (response.status_code, response.content) == (503, b"the database is unavailable\n")
    assert "GET /readyz 503" in caplog.messages
    assert not any("healthz" in message for message in caplog.messages)


def test_an_empty_database_is_not_ready(db: None, client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")
    with suppress(DatabaseError), atomic():  # a savepoint: in PostgreSQL, an error ends the transaction
        response = client.get("/readyz", headers=IP_ADDRESS_HOST)
    assert response.status_code == 503


@pytest.mark.parametrize("path", ["/healthz/", "/readyz2", "/admin/login/", "/api/v1/interviews/1"])
def test_other_paths_check_the_host(client: Client, path: str) -> None:
    assert client.get(path, headers=IP_ADDRESS_HOST, secure=True).status_code == 400
