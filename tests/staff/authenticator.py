"""An authenticator app, after RFC 6238."""

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

SECRET = "JBSWY3DPEHPK3PXP"


def add_app(user: User) -> Authenticator:
    """An app with SECRET becomes the second factor of the user."""
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET})


def code_of(secret: str) -> str:
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def shown_secret(response: Any) -> str:
    return re.search(r'id="authenticator_secret" value="(\w+)"', response.content.decode())[1]  # type: ignore[index]
