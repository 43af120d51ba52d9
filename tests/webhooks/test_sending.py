"""What is sent where. An audit hook sees every connection, and refuses those to other machines."""

import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from threading import Event, Timer
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from hindsight.http.outgoing import _Exchange
from tests.webhooks.hostile import NAMES, URLS
from tools.harness.receiver import Receiver
from webhooks import sending
from webhooks.models import Outcome
from webhooks.sending import Result, clean_url, post

PUBLIC = "93.184.216.34"
PRIVATE = "10.0.0.1"

connections: list[str] | None = None


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and connections is not None and isinstance(arguments[1], tuple):
        connections.append(arguments[1][0])
        if not ip_address(arguments[1][0]).is_loopback:
            raise ConnectionRefusedError("The tests use no network.")


sys.addaudithook(watch)


@pytest.fixture
def connected() -> Iterator[list[str]]:
    """The addresses to which connections were opened."""
    global connections
    connections = []
    yield connections
    connections = None


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Addresses by name. The system resolves only numbers, in all spellings."""
    names = dict(NAMES)
    resolve = socket.getaddrinfo

    def getaddrinfo(host: str, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
        addresses = names.get(host.rstrip(".").lower(), [host])
        numeric = ["127.0.0.1" if address.rstrip(".").lower() == "localhost" else address for address in addresses]
        return [
            found
            for address in numeric
            for found in resolve(address, port, family, type, proto, flags | socket.AI_NUMERICHOST)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


@pytest.fixture
def in_production(settings: Settings) -> None:
    settings.DEVELOPMENT = False


def send(url: str, **headers: str) -> Result:
    return post(url, body=b"{}", headers=headers)


def test_there_are_200_hostile_urls() -> None:
    assert len(set(URLS)) == len(URLS) >= 200


@pytest.mark.usefixtures("in_production")
@pytest.mark.slow
def test_a_hostile_url_is_refused_and_nothing_connects(connected: list[str], names: dict[str, list[str]]) -> None:
    for url in URLS:
        with pytest.raises(ValidationError):
            clean_url(url)
        assert send(url).outcome in (Outcome.FORBIDDEN, Outcome.UNKNOWN_HOST, Outcome.UNREACHABLE), url
    assert connected == []


@pytest.mark.usefixtures("in_production")
def test_a_name_that_changes_after_the_check_reaches_the_checked_address(
    connected: list[str], names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, calls = socket.getaddrinfo, []

    def rebinding(host: str, *args: Any, **kwargs: Any) -> Any:
        calls.append(host)
        names["rebinding.example"] = [PUBLIC] if len(calls) == 1 else [PRIVATE]
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert send("https://rebinding.example/").outcome == Outcome.UNREACHABLE
    assert connected == [PUBLIC]
    assert send("https://rebinding.example/").outcome == Outcome.FORBIDDEN
    assert connected == [PUBLIC]


@pytest.mark.usefixtures("in_production")
def test_proxy_variables_are_ignored(
    connected: list[str], names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{PRIVATE}:3128")
    names["customer.example"] = [PUBLIC]
    assert send("https://customer.example/").outcome == Outcome.UNREACHABLE
    assert connected == [PUBLIC]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://private.example/", "private.example does not resolve to public addresses only"),
        ("https://missing.example/", "missing.example does not resolve to public addresses only"),
        ("http://customer.example/", "begins with https://"),
        ("http://127.0.0.1:9000/", "begins with https://"),
        ("customer.example/hooks", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://[::1/", "begins with https://"),
        ("https://customer.example:99999/", "begins with https://"),
        ("https://user@customer.example/", "must not contain a login"),
        ("https://customer.example/#part", "must not contain a login"),
        ("https://customer.example/two words", "percent-encoded"),
        (f"https://customer.example/{'a' * 500}", "at most 500 characters"),
        ("", "at most 500 characters"),
    ],
)
@pytest.mark.usefixtures("in_production")
def test_the_reason_for_a_refusal_is_clear(names: dict[str, list[str]], url: str, message: str) -> None:
    names["customer.example"] = [PUBLIC]
    with pytest.raises(ValidationError, match=message.replace("(", r"\(")):
        clean_url(url)


@pytest.mark.usefixtures("in_production")
def test_a_public_url_is_accepted(names: dict[str, list[str]]) -> None:
    names["customer.example"] = [PUBLIC, "2606:2800:220:1::1"]
    assert clean_url(" https://customer.example:8443/hooks?a=1 ") == "https://customer.example:8443/hooks?a=1"


def test_development_allows_http_on_this_machine_only(names: dict[str, list[str]]) -> None:
    assert clean_url("http://localhost:9000/hooks") == "http://localhost:9000/hooks"
    names["customer.example"] = [PUBLIC]
    for url in ("http://customer.example/", "http://private.example/", "https://private.example/"):
        with pytest.raises(ValidationError):
            clean_url(url)


def test_a_request_has_the_headers_and_the_port_in_its_host(receiver: Receiver) -> None:
    result = send(receiver.url, **{"webhook-id": "msg_1"})
    assert (result.outcome, result.status) == (Outcome.ACCEPTED, 204)
    [received] = receiver.received
    assert received.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["Content-Type"] == "application/json"
    assert received.headers["webhook-id"] == "msg_1"
    assert not {"X-Forwarded-For", "Authorization", "Cookie"} & set(received.headers)


def test_a_redirect_is_not_followed(receiver: Receiver, connected: list[str]) -> None:
    receiver.status, receiver.headers = 302, {"Location": f"{receiver.url}/elsewhere"}
    result = send(receiver.url)
    assert (result.outcome, result.status) == (Outcome.REDIRECTED, 302)
    assert [received.path for received in receiver.received] == ["/hooks"]


def test_a_certificate_that_is_not_trusted_is_refused(receiver: Receiver) -> None:
    """The receiver speaks no TLS."""
    assert send(receiver.url.replace("http://", "https://")).outcome == Outcome.NOT_TRUSTED


def test_a_closed_port_is_unreachable(receiver: Receiver) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert send(f"http://127.0.0.1:{closed.getsockname()[1]}/").outcome == Outcome.UNREACHABLE


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("start", "piece", "outcome"),
    [
        (OK + b"X-Slow: ", b"a", Outcome.TIMED_OUT),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", Outcome.ACCEPTED),
        (OK + b"Connection: close\r\n\r\n", b"a", Outcome.ACCEPTED),
    ],
    ids=["headers", "chunks", "body without a length"],
)
@pytest.mark.slow
def test_an_answer_that_drips_is_cut_off(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, start: bytes, piece: bytes, outcome: Outcome
) -> None:
    """Each byte arrives in time. Only the limit for the whole request ends it."""
    is_cut_off = Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(start)
            while not is_cut_off.wait(0.02):
                handler.wfile.write(piece)

    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.3)
    receiver.respond = drip
    result = send(receiver.url)
    is_cut_off.set()
    assert result.outcome == outcome
    assert timedelta(seconds=0.3) <= result.duration < timedelta(seconds=5)


@pytest.mark.parametrize("slow_call", ["getaddrinfo", "create_connection"])
@pytest.mark.slow
def test_a_limit_that_passes_before_the_connection_is_open_still_ends_the_request(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, slow_call: str
) -> None:
    """The receiver's own name server, or its first packet, waits until there was no connection to cut off."""
    is_cut_off, is_over = Event(), Event()
    call, cut_off = getattr(socket, slow_call), _Exchange.cut_off

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not is_over.wait(0.02):
                handler.wfile.write(b"a")

    def slow(*args: Any, **kwargs: Any) -> Any:
        assert is_cut_off.wait(10)
        return call(*args, **kwargs)

    def noted(exchange: _Exchange) -> None:
        cut_off(exchange)
        is_cut_off.set()

    monkeypatch.setattr(_Exchange, "cut_off", noted)
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(socket, slow_call, slow)
    receiver.respond = drip
    giving_up = Timer(10, is_over.set)
    giving_up.start()
    result = send(receiver.url)
    giving_up.cancel()
    is_over.set()
    assert result.outcome == Outcome.TIMED_OUT
    assert result.duration < timedelta(seconds=5)


def test_of_a_long_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    is_read, sent = Event(), []

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
            while not is_read.is_set():
                sent.append(handler.wfile.write(b"a" * 65_536))

    receiver.respond = flood
    assert send(receiver.url).outcome == Outcome.ACCEPTED
    is_read.set()
    assert sum(sent) < 50_000_000
