"""API keys (decision 10): `hsk_`, 8 characters of public prefix, 28 of secret, 6 of CRC-32 checksum, in base 62."""

import hashlib
import re
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_letters
SCHEME = "hsk_"
PREFIX_LENGTH = len(SCHEME) + 8

_KEY = re.compile(r"hsk_[0-9A-Za-z]{42}")
_MORE_THAN_PREFIX = re.compile(r"hsk_[0-9A-Za-z]{9}")


def generate() -> str:
    body = SCHEME + "".join(secrets.choice(ALPHABET) for _ in range(36))
    return body + _checksum(body)


def is_well_formed(text: str) -> bool:
    return _KEY.fullmatch(text) is not None and text[-6:] == _checksum(text[:-6])


def contains_secret(text: str) -> bool:
    """Whether the text may contain more of a key than its prefix."""
    return _MORE_THAN_PREFIX.search(text) is not None


def prefix_of(key: str) -> str:
    return key[:PREFIX_LENGTH]


def digest_of(key: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
