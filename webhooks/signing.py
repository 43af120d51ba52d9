"""Secrets and signatures as https://www.standardwebhooks.com describes them."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook


def new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def signed_headers(*, message_id: str, body: str, signing_secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """One signature for each secret: two while a secret is rotated."""
    signatures = (Webhook(secret).sign(message_id, now, body) for secret in signing_secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
