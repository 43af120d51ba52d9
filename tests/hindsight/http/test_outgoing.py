"""TLS and the limits of outgoing requests. tests/webhooks/test_sending.py tests the addresses."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hindsight.http import outgoing
from hindsight.http.outgoing import OutgoingError, Reason, Slots, send
from tools.harness.processes import eventually
from tools.harness.receiver import LoopbackServer, QuietHandler, receiving

HOST = "customer.example"


def certificate_for(host: str, folder: Path) -> Path:
    """A file with a key, and a certificate that is its own authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(private + builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return path


class Handler(QuietHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.headers["Host"]).encode())


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return certificate_for(HOST, tmp_path)


@pytest.fixture
def tls_port(authority: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    server = LoopbackServer(Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with server.running():
        yield server.server_port


@pytest.fixture(autouse=True)
def this_machine_has_all_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **options: resolve("127.0.0.1", *args, **options))
    outgoing._tls.cache_clear()
    yield
    outgoing._tls.cache_clear()


def get(url: str, **limits: Any) -> bytes:
    return send("GET", url, headers={}, **{"seconds": 10, "max_bytes": 1000, **limits}).body


def test_a_certificate_has_to_be_trusted_and_for_the_host_of_the_url(
    tls_port: int, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutgoingError) as refused:
        get(f"https://{HOST}:{tls_port}/")
    assert refused.value.reason == Reason.NOT_TRUSTED
    outgoing._tls.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))  # the authorities of the system
    assert get(f"https://{HOST}:{tls_port}/") == f"{HOST}:{tls_port}".encode()
    with pytest.raises(OutgoingError) as refused:
        get(f"https://other.example:{tls_port}/")
    assert refused.value.reason == Reason.NOT_TRUSTED


@pytest.mark.slow
def test_a_server_that_does_not_finish_the_handshake_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(OutgoingError) as failed:
        get(f"https://{HOST}:{silent.getsockname()[1]}/", seconds=0.2)
    assert failed.value.reason == Reason.TIMED_OUT


@pytest.mark.parametrize(
    ("given", "sent"), [("//hooks", "//hooks"), ("?a=1", "/?a=1"), ("/a%2Fb?c=%20#d", "/a%2Fb?c=%20")]
)
def test_path_and_query_are_sent_as_they_are(given: str, sent: str) -> None:
    lines = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        lines.append(handler.requestline)
        handler.wfile.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    with receiving() as receiver:
        receiver.respond = respond
        send("POST", f"http://127.0.0.1:{receiver.port}{given}", body=b"", headers={}, seconds=10, max_bytes=10)
    assert lines == [f"POST {sent} HTTP/1.1"]


def test_a_response_over_the_limit_is_an_error_with_its_status() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890")

    with receiving() as receiver:
        receiver.respond = respond
        with pytest.raises(OutgoingError) as failed:
            send("POST", receiver.url, body=b"", headers={}, seconds=10, max_bytes=10)
    assert failed.value.reason == Reason.TOO_LARGE
    assert failed.value.response is not None
    assert failed.value.response.status == 200


def test_a_call_that_outlives_its_limit_keeps_its_slot() -> None:
    slots, is_over = Slots(1), Event()
    for reason in (Reason.TIMED_OUT, Reason.BUSY):
        with pytest.raises(OutgoingError) as failed:
            slots.run(is_over.wait, 0.05)
        assert failed.value.reason == reason
    is_over.set()
    assert eventually(lambda: is_free(slots))


def test_a_caller_has_few_of_the_slots() -> None:
    slots, is_over = Slots(3, of_caller=1), Event()
    reasons = []
    for caller in ("acme", "acme", "globex", "initech", "umbrella"):
        with pytest.raises(OutgoingError) as failed:
            slots.run(is_over.wait, 0.05, caller)
        reasons.append(failed.value.reason)
    is_over.set()
    assert reasons == [Reason.TIMED_OUT, Reason.BUSY, Reason.TIMED_OUT, Reason.TIMED_OUT, Reason.BUSY]


def is_free(slots: Slots) -> bool:
    try:
        return slots.run(lambda: True, 10)
    except OutgoingError:
        return False
