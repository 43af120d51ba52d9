"""Logins that wait for the identity provider, in a server with one thread and one database connection."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session

from staff.login.single_sign_on.provider import REQUEST_SECONDS
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider
from tests.live.client import LiveClient, get_page, response_to
from tests.live.conftest import Serve
from tools.harness.web import Server

STRANGERS = 50
PATH = "/admin/sso/sso/"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        provider.answers.clear()
        yield provider


@pytest.fixture
def one_thread(serve: Serve, provider: IdentityProvider) -> Iterator[Server]:
    client = {"OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET, "OIDC_SERVER_URL": provider.url}
    with serve(workers=1, WEB_THREADS="1", TRUSTED_PROXIES="127.0.0.1", **client) as server:
        yield server


def status_of(server: Server, method: str, body: str = "", **headers: str) -> int:
    """Of a request to log in."""
    return response_to(server.port, method, PATH, body, headers, seconds=60).status_code


def form_of(server: Server) -> tuple[str, dict[str, str]]:
    """The body and the headers that the button of the login page sends."""
    token = SimpleCookie(get_page(server, "/admin/login/").headers["Set-Cookie"])["csrftoken"].value
    headers = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}
    return urlencode({"csrfmiddlewaretoken": token}), headers


def slowest(client: LiveClient, pages: list[Future[int]]) -> float:
    """Of the requests to the API until the strangers have their responses, in seconds."""
    seconds = [0.0]
    while not all(page.done() for page in pages):
        start = time.perf_counter()
        assert client.get("/interviews").status_code == 200
        seconds.append(time.perf_counter() - start)
    return max(seconds)


def test_get_requests_of_strangers_do_not_ask_the_provider(
    one_thread: Server, provider: IdentityProvider, acme_key: str
) -> None:
    client, before = LiveClient(one_thread, acme_key), Session.objects.count()
    with ThreadPoolExecutor(STRANGERS) as strangers:
        pages = [strangers.submit(status_of, one_thread, "GET") for _ in range(STRANGERS)]
        busy = slowest(client, pages)
    assert {page.result() for page in pages} == {302}
    assert busy < REQUEST_SECONDS
    assert provider.paths == []
    assert Session.objects.count() == before


def test_logins_that_wait_hold_neither_the_thread_nor_the_connection_of_the_api(
    one_thread: Server, provider: IdentityProvider, acme_key: str
) -> None:
    client, before = LiveClient(one_thread, acme_key), Session.objects.count()
    body, headers = form_of(one_thread)
    with ThreadPoolExecutor(STRANGERS) as strangers:
        addresses = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(STRANGERS)]
        start = time.perf_counter()
        pages = [strangers.submit(status_of, one_thread, "POST", body, **headers, **own) for own in addresses]
        busy = slowest(client, pages)
        waited = time.perf_counter() - start
    assert {page.result() for page in pages} == {503}
    assert waited > REQUEST_SECONDS, "some have waited for the provider"
    assert busy < REQUEST_SECONDS, "but not the API"
    assert provider.paths == ["/.well-known/openid-configuration"]
    assert Session.objects.count() == before
