"""Clients can forge X-Forwarded-For, so it is read from the right."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises ValueError."""
    return tuple(ip_network(text) for text in texts)


@lru_cache(maxsize=1000)
def parse_address(text: str) -> Address | None:
    """IPv4-mapped IPv6 addresses become IPv4. Returns None if the text is not an address."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=1000)
def client_of(address: str) -> str:
    """IPv6 addresses become their /64 network, which one client can use."""
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 64), strict=False))
    return str(parsed or address)


def is_trusted(address: Address | None) -> bool:
    return address is not None and any(address in network for network in settings.TRUSTED_PROXIES)


def client_address(peer: str, forwarded_for: str) -> str:
    client = peer
    for hop in [peer, *reversed(forwarded_for.split(","))]:
        address = parse_address(hop)
        if address is None:
            break
        client = str(address)
        if not is_trusted(address):
            break
    return client


class TrustedProxyMiddleware:
    """Sets REMOTE_ADDR. Removes X-Forwarded-Proto from untrusted peers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        peer = meta.get("REMOTE_ADDR") or "::"  # empty on a Unix socket
        if settings.TRUSTED_PROXIES and is_trusted(parse_address(peer)):
            meta["REMOTE_ADDR"] = client_address(peer, meta.get("HTTP_X_FORWARDED_FOR", ""))
        else:
            meta["REMOTE_ADDR"] = peer
            meta.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)
