"""An authenticator app, after RFC 6238."""

import base64
import re
import time
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.models import User

SECRET = "JBSWY3DPEHPK3PXP"


def add_app(user: User) -> Authenticator:
    """An app with SECRET becomes the second factor of the user."""
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET})


def code_of(secret: str) -> str:
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)
    return app.generate(int(time.time())).decode()


def shown_secret(response: Any) -> str:
    return re.search(r'id="authenticator_secret" value="(\w+)"', response.content.decode())[1]  # type: ignore[index]
