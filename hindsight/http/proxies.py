"""The address that a request came from, when trusted proxies stand between.

A client can write anything into X-Forwarded-For, so it is read from the right, and only as far as the addresses are
those of proxies that TRUSTED_PROXIES names. Nobody else's X-Forwarded-Proto is believed either.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses or CIDR networks as objects. Raises ValueError for a text that is neither."""
    return tuple(ip_network(text) for text in texts)


def parse_address(text: str) -> Address | None:
    """The address, an IPv4 one in IPv6 clothes undressed; None for what is no address."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def client_of(address: str) -> str:
    """What to count a client by: its IPv4 address, or the /64 of an IPv6 one, in which it can take any address."""
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 64), strict=False))
    return str(parsed or address)


def is_trusted(address: Address | None) -> bool:
    return address is not None and any(address in network for network in settings.TRUSTED_PROXIES)


def client_address(peer: str, forwarded_for: str) -> str:
    """The rightmost address that is no trusted proxy's: of the chain `forwarded_for`, then `peer`."""
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
    """Sets REMOTE_ADDR to the client's address, and drops the X-Forwarded-Proto of those we do not trust."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        peer = meta.get("REMOTE_ADDR") or "::"  # a server on a Unix socket names no peer
        if settings.TRUSTED_PROXIES and is_trusted(parse_address(peer)):
            meta["REMOTE_ADDR"] = client_address(peer, meta.get("HTTP_X_FORWARDED_FOR", ""))
        else:
            meta["REMOTE_ADDR"] = peer
            meta.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)
