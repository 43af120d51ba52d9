"""Single sign-on of staff by OpenID Connect: authorization code flow with PKCE and a nonce (decision 41)."""

from http import HTTPStatus

from django.conf import settings
from django.urls import reverse

PROVIDER_ID = "sso"


def is_set_up() -> bool:
    return bool(settings.OIDC_SERVER_URL)


def button() -> dict[str, str] | None:
    if not is_set_up():
        return None
    return {"name": settings.OIDC_NAME, "url": reverse("single_sign_on", args=[PROVIDER_ID])}


FAILED = "Single sign-on failed. Begin again, or log in with your password."
NOT_VALID = "The identity provider has sent a login that is not valid. Begin again, or log in with your password."
UNAVAILABLE = "The identity provider does not respond. Try again in a few seconds, or log in with your password."
NO_LINK = "Your account at the identity provider is not linked to a login here."
LINKED_ALREADY = "This account at the identity provider is linked to a login already."


class Refusal(Exception):
    """`detail`: for the security event. It contains nothing that the provider or the client has sent."""

    def __init__(
        self, message: str, detail: str, status: HTTPStatus = HTTPStatus.FORBIDDEN, *, subject: str = ""
    ) -> None:
        super().__init__(detail)
        self.message, self.detail, self.status = message, detail, status
        self.subject = subject  # of an account that no login is linked to


class Unavailable(Refusal):
    """No login was tried, so there is no security event."""

    def __init__(self, detail: str) -> None:
        super().__init__(UNAVAILABLE, detail, HTTPStatus.SERVICE_UNAVAILABLE)
