"""Whether a login of the identity provider counts as a second factor."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest

from staff.login.single_sign_on.id_tokens import Claims

PROVIDERS_FACTOR = "provider"  # the type of its record in the session


class SecondFactorStage(AuthenticateStage):
    """Skips this stage if the identity provider has asked for its own second factor."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        is_proved = any(record.get("type") == PROVIDERS_FACTOR for record in records)
        return not is_proved and bool(super()._should_handle(request))


def proves_second_factor(claims: Claims) -> bool:
    """By the authentication methods of RFC 8176 in the ID token."""
    trusted: dict[str, Any] = {"always": True, "amr": "mfa" in claims.methods}
    return bool(trusted.get(settings.OIDC_SECOND_FACTOR))
