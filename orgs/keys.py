"""API keys (decision 10): `hsk_`, 8 characters of public prefix, 28 of secret, 6 of CRC-32 checksum, in base 62.

Keys of a test room begin with `hsk_test_` (decision 56).
"""

import hashlib
import re
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_letters
SCHEME, TEST_SCHEME = "hsk_", "hsk_test_"
PUBLIC_LENGTH = 8

_KEY = re.compile(r"hsk_(test_)?[0-9A-Za-z]{42}")
_MORE_THAN_PREFIX = re.compile(r"hsk_(test_)?[0-9A-Za-z]{9}")


def generate(*, is_test: bool = False) -> str:
    body = (TEST_SCHEME if is_test else SCHEME) + "".join(secrets.choice(ALPHABET) for _ in range(36))
    return body + _checksum(body)


def is_test_key(key_or_prefix: str) -> bool:
    return key_or_prefix.startswith(TEST_SCHEME)


def is_well_formed(text: str) -> bool:
    return _KEY.fullmatch(text) is not None and text[-6:] == _checksum(text[:-6])


def contains_secret(text: str) -> bool:
    """Whether the text may contain more of a key than its prefix."""
    return _MORE_THAN_PREFIX.search(text) is not None


def prefix_of(key: str) -> str:
    return key[: len(TEST_SCHEME if is_test_key(key) else SCHEME) + PUBLIC_LENGTH]


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
