"""The HTTP client for other servers: webhook endpoints of customers, the model, the identity provider.

- `seconds` limits the whole exchange: a time-out of a socket starts anew with each byte, so a timer shuts the socket
  down. Name resolution and the connection to an address cannot be interrupted. Code that must not wait for them
  uses `Slots`.
- `max_bytes` limits the response, which is not decompressed.
- `allows` limits the addresses (server-side request forgery): every address of the host is checked, and the connection
  is opened to a checked one, so that a name cannot change in between (DNS rebinding).
- Redirects, and proxies and passwords in the environment, are not followed: a request reaches no other host.
"""

import socket
import ssl
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Lock, Thread, Timer
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlsplit

import certifi
from AntiSSRF import IPAddressRanges

Result = TypeVar("Result")
Address = IPv4Address | IPv6Address

# Not in the library's list: IPv6 addresses that contain an IPv4 address, and everything that is not global unicast.
MORE_DENIED = ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "4000::/2", "8000::/1")
DENIED = [ip_network(each) for each in (*IPAddressRanges.recommended_latest, *MORE_DENIED)]


class ForbiddenAddress(OSError):
    pass


class Reason(Enum):
    BUSY = auto()
    FORBIDDEN = auto()
    INVALID_URL = auto()
    NOT_TRUSTED = auto()
    TIMED_OUT = auto()
    TOO_LARGE = auto()
    UNKNOWN_HOST = auto()
    UNREACHABLE = auto()


# By exception, the first that matches. Other exceptions: UNREACHABLE.
REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (ForbiddenAddress, Reason.FORBIDDEN),
    (socket.gaierror, Reason.UNKNOWN_HOST),
    (UnicodeError, Reason.UNKNOWN_HOST),
    (ssl.SSLError, Reason.NOT_TRUSTED),
    (TimeoutError, Reason.TIMED_OUT),
)


@dataclass(frozen=True)
class Response:
    status: int
    headers: HTTPMessage
    body: bytes = b""


class OutgoingError(Exception):
    """The message contains nothing that was sent or received.

    `response`: status and headers, if they have arrived, and only the body failed. Has the first bytes of a body that
    is too large.
    """

    def __init__(self, reason: Reason, message: str, response: Response | None = None) -> None:
        super().__init__(message)
        self.reason, self.response = reason, response


# Python cannot end a thread that hangs. This long after the time limit of its call, its slot is free again.
LOST_SECONDS = 60


class Slots:
    """Runs calls in threads of their own: at most `limit` at a time, of one caller at most `of_caller`.

    A call that outlives its time limit counts until it ends, so that such calls cannot pile up.
    """

    def __init__(self, limit: int, of_caller: int | None = None) -> None:
        self.limit, self.of_caller = limit, limit if of_caller is None else of_caller
        self._lock = Lock()
        self._running: dict[Future[Any], tuple[Hashable, float]] = {}

    def run(self, call: Callable[[], Result], seconds: float, caller: Hashable = None) -> Result:
        """Raises OutgoingError over the limits, and what the call raises."""
        result: Future[Result] = Future()
        self._occupy(result, caller, monotonic() + seconds + LOST_SECONDS)
        Thread(target=self._run, args=[call, result], daemon=True).start()
        try:
            return result.result(seconds)
        except TimeoutError:
            raise OutgoingError(Reason.TIMED_OUT, "timeout") from None

    def _occupy(self, result: Future[Any], caller: Hashable, lost_at: float) -> None:
        with self._lock:
            self._running = {each: values for each, values in self._running.items() if values[1] > monotonic()}
            of_caller = sum(other == caller for other, _ in self._running.values())
            if len(self._running) >= self.limit or of_caller >= self.of_caller:
                raise OutgoingError(Reason.BUSY, "too many concurrent calls")
            self._running[result] = caller, lost_at

    def _run(self, call: Callable[[], Result], result: Future[Result]) -> None:
        try:
            result.set_result(call())
        except BaseException as error:
            result.set_exception(error)
        finally:
            with self._lock:
                self._running.pop(result, None)


def send(
    method: str,
    url: str,
    *,
    seconds: float,
    max_bytes: int,
    headers: Mapping[str, str],
    body: bytes | None = None,
    allows: Callable[[Address], bool] | None = None,
) -> Response:
    """Returns any complete response. With `allows`, plain HTTP reaches only this machine. Raises OutgoingError."""
    exchange = _Exchange(url, seconds, allows)
    timer = Timer(seconds, exchange.cut_off)
    timer.daemon = True
    timer.start()
    try:
        return exchange.run(method, headers, body, max_bytes)
    except OutgoingError:
        raise
    except Exception as error:  # a server can send anything
        raise exchange.failed(error) from None
    finally:
        timer.cancel()
        exchange.close()


def checked_address(host: str, allows: Callable[[Address], bool]) -> Address:
    """Resolves the host, which can take seconds. Raises ForbiddenAddress, other OSErrors and UnicodeError."""
    addresses = [ip_address(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    if not all(map(allows, addresses)):
        raise ForbiddenAddress
    return addresses[0]


def is_public(address: Address) -> bool:
    # ISATAP has no prefix: the address ends with :5efe: and an IPv4 address (RFC 5214).
    is_isatap = address.version == 6 and int(address) >> 32 & 0xFCFF_FFFF == 0x5EFE
    return not is_isatap and not any(address in network for network in DENIED)


class _Exchange:
    def __init__(self, url: str, seconds: float, allows: Callable[[Address], bool] | None) -> None:
        self.seconds, self.allows = seconds, allows
        self.is_cut_off = False
        self.socket: socket.socket | None = None
        self.response: Response | None = None
        try:
            self.url = urlsplit(url)
            self.host = self.url.hostname or ""
            self.port = self.url.port or {"http": 80, "https": 443}[self.url.scheme]
            if not self.host:
                raise ValueError
        except (KeyError, ValueError):
            raise OutgoingError(Reason.INVALID_URL, "invalid URL") from None

    def run(self, method: str, headers: Mapping[str, str], body: bytes | None, max_bytes: int) -> Response:
        connection = self._connect()
        query = f"?{self.url.query}" if self.url.query else ""
        connection.request(method, f"{self.url.path or '/'}{query}", body, {**headers})
        with connection.getresponse() as received:
            self._check_time()  # to http.client, headers that break off are complete
            self.response = Response(received.status, received.headers)
            content = received.read(max_bytes + 1)
            self._check_time()
            if len(content) > max_bytes:
                self.response = Response(received.status, received.headers, content[:max_bytes])
                raise OutgoingError(Reason.TOO_LARGE, "response too large", self.response)
        return Response(received.status, received.headers, content)

    def _connect(self) -> HTTPConnection:
        is_tls = self.url.scheme == "https"
        address = checked_address(self.host, self.allows) if self.allows else None
        if address and not is_tls and not address.is_loopback:
            raise ForbiddenAddress
        opened = self._use(socket.create_connection((str(address or self.host), self.port), self.seconds))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body are two packets
        if not is_tls:
            connection = HTTPConnection(self.host, self.port)
        else:
            connection = HTTPSConnection(self.host, self.port, context=_tls())
            name = self.host.rstrip(".")
            secured = _tls().wrap_socket(opened, server_hostname=name, do_handshake_on_connect=False)
            opened = self._use(secured)
            secured.do_handshake()
        connection.sock = opened
        return connection

    def _use(self, opened: socket.socket) -> socket.socket:
        self.socket = opened
        self._check_time()  # the time may have passed before there was a socket to shut down
        return opened

    def _check_time(self) -> None:
        if self.is_cut_off:
            raise TimeoutError

    def cut_off(self) -> None:
        self.is_cut_off = True
        if self.socket is not None:
            with suppress(OSError):  # it is closed already
                self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()

    def failed(self, error: Exception) -> OutgoingError:
        reason = next((reason for kind, reason in REASONS if isinstance(error, kind)), Reason.UNREACHABLE)
        if self.is_cut_off or reason == Reason.TIMED_OUT:
            return OutgoingError(Reason.TIMED_OUT, "timeout", self.response)
        message = error.strerror if isinstance(error, OSError) else None
        return OutgoingError(reason, message or type(error).__name__, self.response)


@cache
def _tls() -> ssl.SSLContext:
    """Trusts the authorities of the system, such as the operator's own, and of certifi, for a system without any."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
