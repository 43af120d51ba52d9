"""URLs that must not be reached: 200 ways to name a forbidden address."""

from collections.abc import Iterator
from ipaddress import IPv4Address

IPV4 = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",  # metadata of most clouds
    "169.254.170.2",  # credentials of AWS's containers
    "100.64.0.1",
    "100.100.100.200",  # metadata of Alibaba
    "192.0.0.192",  # metadata of Oracle
    "168.63.129.16",  # Azure's host
    "198.18.0.1",
    "192.0.2.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]
# Prefixes of addresses that contain an IPv4 address. `spellings` has mapped ones.
IPV4_IN_IPV6 = [
    "::",  # compatible
    "::ffff:0:",  # translated
    "64:ff9b::",  # NAT64
    "64:ff9b:1::",
    "2606:2800:220:1:0:5efe:",  # ISATAP, of any network
    "2606:2800:220:1:100:5efe:",
    "2606:2800:220:1:200:5efe:",
    "2606:2800:220:1:300:5efe:",
]
IPV6 = [
    "::1",
    "::",
    "fc00::1",
    "fd00:ec2::254",  # metadata of AWS
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "64:ff9b::7f00:1",  # 127.0.0.1 through NAT64
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",  # 127.0.0.1 through 6to4
    "2002:5db8:d822:1:0:5efe:5db8:d822",
    "2001::1",
    "2001:0:5db8:d822::f5ff:fffe",  # 10.0.0.1 through Teredo
    "100::1",
    "5f00::1",
    "3fff::1",
    *(f"{prefix}{address}" for prefix in IPV4_IN_IPV6 for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254")),
    "4000::1",
]
# Resolved by the tests: see `resolving`.
NAMES = {
    "private.example": ["10.0.0.1"],
    "loopback.example": ["127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "loopback6.example": ["::1"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "public-first.example": ["93.184.216.34", "10.0.0.1"],
    "private-first.example": ["10.0.0.1", "93.184.216.34"],
    "mixed6.example": ["2606:2800:220:1::1", "fd00::1"],
}


def spellings(address: str) -> Iterator[str]:
    """Decimal, hexadecimal and octal, as a whole and by octet, shortened, and mapped to IPv6."""
    octets, number = [int(octet) for octet in address.split(".")], int(IPv4Address(address))
    yield from (address, str(number), hex(number), f"0{number:o}")
    yield ".".join(f"0{octet:o}" for octet in octets)
    yield ".".join(hex(octet) for octet in octets)
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"


URLS = [
    *(f"https://{host}/hooks" for address in IPV4 for host in spellings(address)),
    *(f"https://[{address}]/hooks" for address in IPV6),
    *(f"https://{name}/hooks" for name in NAMES),
    "https://localhost/",
    "https://LOCALHOST./",
    "https://127.1/",
    "https://10.1:8443/",
    "https://0/",
    "https://user:password@10.0.0.1/",
    "https://example.com@10.0.0.1/",
    "https://10.0.0.1#@example.com/",
    "https://10.0.0.1\\@example.com/",
    "https://\N{FULLWIDTH DIGIT ONE}27.0.0.1/",
    "http://10.0.0.1/",
    "http://93.184.216.34/",
    "gopher://10.0.0.1/",
    "file:///etc/passwd",
]
