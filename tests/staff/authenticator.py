"""An authenticator app, after RFC 6238."""

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any


def code_of(secret: str) -> str:
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def shown_secret(response: Any) -> str:
    return re.search(r'id="authenticator_secret" value="(\w+)"', response.content.decode())[1]  # type: ignore[index]
