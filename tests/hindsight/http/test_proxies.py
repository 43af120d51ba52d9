import pytest
from pytest_django import Settings

from hindsight.http.proxies import client_address, client_of, parse_networks


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("203.0.113.1", "", "203.0.113.1"),
        ("203.0.113.1", "198.51.100.7", "203.0.113.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.7, <script>", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("fd00::1", "198.51.100.7", "198.51.100.7"),
    ],
)
def test_client_address_skips_only_trusted_proxies(
    settings: Settings, peer: str, forwarded_for: str, client: str
) -> None:
    settings.TRUSTED_PROXIES = parse_networks(["10.0.0.0/8", "fd00::/8"])
    assert client_address(peer, forwarded_for) == client


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_ipv6_clients_are_grouped_by_network(address: str, client: str) -> None:
    assert client_of(address) == client
