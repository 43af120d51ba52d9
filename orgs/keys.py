"""The format of API keys: `hsk_`, 8 characters of public prefix, 28 of secret, 6 of checksum; letters and digits.

36 random characters of 62 are 214 bits, of which the prefix shows 47 and 166 stay secret. The checksum (CRC-32 of all
before it) tells a typo or a truncated paste without asking the database; and a scanner for leaked secrets can tell a
key from a random string. Only the SHA-256 of a key is stored: with so much randomness a slow hash adds nothing.
"""

import hashlib
import re
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_letters
SCHEME = "hsk_"
PREFIX_LENGTH = len(SCHEME) + 8

_KEY = re.compile(r"hsk_[0-9A-Za-z]{42}")


def generate() -> str:
    body = SCHEME + "".join(secrets.choice(ALPHABET) for _ in range(36))
    return body + _checksum(body)


def is_well_formed(text: str) -> bool:
    return _KEY.fullmatch(text) is not None and text[-6:] == _checksum(text[:-6])


def prefix_of(key: str) -> str:
    """The part that may be shown."""
    return key[:PREFIX_LENGTH]


def digest_of(key: str) -> str:
    """The part that is stored: SHA-256, in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
