"""A name server that never answers delays who entered the host name, and nobody else."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from hindsight.http import outgoing
from hindsight.http.outgoing import Slots
from hindsight.server.connections import ConnectionThreads
from orgs.models import Org, Scopes
from tests.client import ApiClient
from tests.staff.conftest import log_in
from tests.webhooks.test_api import BODY, PATH, URL
from tools.harness.processes import eventually
from webhooks import sending
from webhooks.models import Endpoint
from webhooks.sending import RESOLVE_OF_CALLER, clean_url_in_time

EVENTS = ["interview.completed"]


def blocked_url(number: int) -> str:
    return f"https://{number}.blocked.example/hooks"


class NameServer:
    def __init__(self) -> None:
        self.asked, self.answers = 0, Event()


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[NameServer]:
    """Of blocked.example: it does not answer. All other hosts resolve as usual."""
    server, resolve = NameServer(), socket.getaddrinfo

    def getaddrinfo(host: str, *arguments: Any, **options: Any) -> Any:
        if host.endswith(".blocked.example"):
            server.asked += 1
            server.answers.wait()
            raise socket.gaierror
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(sending, "_resolving", Slots(settings.RESOLVE_CONCURRENCY, RESOLVE_OF_CALLER))
    yield server
    server.answers.set()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "RESOLVE_SECONDS", 0.05)


@pytest.mark.django_db
@pytest.mark.usefixtures("impatient")
def test_an_org_whose_host_names_hang_does_not_delay_another_org(
    acme: Org, globex: Org, name_server: NameServer
) -> None:
    apis = [ApiClient.of(acme, Scopes.WEBHOOKS) for _ in range(8)]
    responses = [api.post(PATH, {**BODY, "url": blocked_url(number)}) for number, api in enumerate(apis)]
    assert {response.status_code for response in responses} == {400}
    assert {response.json()["error"]["message"] for response in responses} == {
        "url: The host name did not resolve in time. Try again in a minute."
    }
    assert name_server.asked == RESOLVE_OF_CALLER
    assert ApiClient.of(globex, Scopes.WEBHOOKS).post(PATH, BODY).status_code == 201
    name_server.answers.set()
    assert eventually(lambda: ApiClient.of(acme, Scopes.WEBHOOKS).post(PATH, BODY).status_code == 201)
    assert [*Endpoint.objects.order_by("org").values_list("org", "url")] == [(acme.pk, URL), (globex.pk, URL)]


@pytest.mark.django_db
@pytest.mark.usefixtures("impatient")
def test_a_change_of_the_url_has_the_same_limits(acme: Org, name_server: NameServer) -> None:
    api = ApiClient.of(acme, Scopes.WEBHOOKS)
    created = api.post(PATH, BODY).json()
    for number in range(4):
        assert api.patch(f"{PATH}/{created['id']}", {"url": blocked_url(number)}).status_code == 400
    assert name_server.asked == RESOLVE_OF_CALLER
    assert Endpoint.objects.get().url == URL


@pytest.mark.django_db
@pytest.mark.usefixtures("impatient")
def test_a_staff_page_says_that_the_host_name_hangs_and_keeps_what_was_typed(
    acme: Org, name_server: NameServer
) -> None:
    root = log_in("root", is_superuser=True)
    for number in range(12):
        page = root.post("orgs_org_add-webhook", acme.pk, url=blocked_url(number), event_types=EVENTS)
        assert page.status_code == 200
        assert "did not resolve in time" in page.content.decode()
        assert blocked_url(number) in page.content.decode()
    assert name_server.asked == RESOLVE_OF_CALLER
    assert ApiClient.of(acme, Scopes.WEBHOOKS).post(PATH, BODY).status_code == 201
    assert Endpoint.objects.get().url == URL


def test_host_names_that_hang_hold_no_connection_and_few_threads(name_server: NameServer) -> None:
    """Of a process with one connection. No time limit ends them."""
    threads = ConnectionThreads(1, waiting=RESOLVE_OF_CALLER)

    def submitted(call: Callable[[], Any]) -> "Future[Any]":
        result: Future[Any] = Future()
        threads.submit("root", lambda: result.set_result(call()))
        return result

    posts = [submitted(partial(refusal, blocked_url(number))) for number in range(12)]
    assert submitted(lambda: "served").result(2) == "served"
    assert sum(post.done() for post in posts) == 12 - RESOLVE_OF_CALLER
    name_server.answers.set()
    assert all(post.result(10) for post in posts)


def refusal(url: str) -> str:
    with pytest.raises(ValidationError) as refused:
        clean_url_in_time(url, caller="root")
    return str(refused.value.message)


@pytest.mark.usefixtures("impatient")
def test_a_host_name_that_hangs_for_ever_does_not_hold_its_slot_for_ever(
    name_server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "LOST_SECONDS", 0)
    for number in range(3):
        assert "did not resolve in time" in refusal(blocked_url(number))
    assert name_server.asked == 3


def test_a_host_that_does_not_resolve_is_refused_like_one_that_is_not_public(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEVELOPMENT = False
    resolve = socket.getaddrinfo

    def getaddrinfo(host: str, *arguments: Any, **options: Any) -> Any:
        if host == "missing.internal":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve("10.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    missing, private = refusal("https://missing.internal/"), refusal("https://vault.internal/")
    assert missing == private.replace("vault", "missing")
    assert "does not resolve to public addresses only" in missing
