"""Single sign-on of staff by OpenID Connect: authorization code flow with PKCE and a nonce (decision 41)."""

from django.conf import settings
from django.urls import reverse

PROVIDER_ID = "sso"


def is_set_up() -> bool:
    return bool(settings.OIDC_SERVER_URL)


def button() -> dict[str, str] | None:
    if not is_set_up():
        return None
    return {"name": settings.OIDC_NAME, "url": reverse("single_sign_on", args=[PROVIDER_ID])}
