import time
from typing import Any, cast

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse

from orgs.models import EventKind
from staff.login.sessions import record, records_of
from staff.login.single_sign_on.id_tokens import Claims
from staff.login.single_sign_on.links import are_live
from staff.people.accounts import record_about

# Recovery codes replace one of these.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
PROVIDERS_FACTOR = "provider"  # the type of its record in the session
# In the state of a login that waits for the second factor: Django's hash of the password.
AUTH_HASH = "auth_hash"


class SecondFactorStage(AuthenticateStage):
    """Skipped if the identity provider has asked for a second factor."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        self.state[AUTH_HASH] = self.login.user.get_session_auth_hash()
        if any(each.get("type") == PROVIDERS_FACTOR for each in records_of(self.request, self.login.user)):
            return None, True
        return cast(tuple[HttpResponse | None, bool], super().handle())


def connect() -> None:
    post_save.connect(record_added, sender=Authenticator)
    post_delete.connect(record_removed, sender=Authenticator)


def may_enter(request: HttpRequest) -> bool:
    """Whether this session has a second factor, if one is required, and has not ended."""
    records = records_of(request, request.user)
    is_enough = not settings.SECOND_FACTOR_REQUIRED or any(map(_is_second_factor, records))
    return is_enough and _is_live(request)


def may_set_up(request: HttpRequest) -> bool:
    user = request.user
    is_staff = user.is_active and user.is_staff
    return is_staff and not is_mfa_enabled(user) and _is_live(request)


def proves_second_factor(claims: Claims) -> bool:
    """By the authentication methods of RFC 8176 in the ID token."""
    trusted: dict[str, Any] = {"always": True, "amr": "mfa" in claims.methods}
    return bool(trusted.get(settings.OIDC_SECOND_FACTOR))


def names_of(user: Any) -> str:
    return ", ".join(map(str, Authenticator.objects.filter(user=user).order_by("pk")))


def reset(user: Any) -> int:
    """Returns how many factors there were."""
    authenticators = list(Authenticator.objects.filter(user=user))
    for authenticator in authenticators:
        authenticator.delete()  # each has a security event
    return len(authenticators)


def record_added(*, instance: Any, created: bool, **kwargs: Any) -> None:
    """Whoever sets up a factor has just shown it, so the session has it too."""
    if not created:
        return
    record_about(EventKind.SECOND_FACTOR_ADDED, instance.user, f"{instance.get_type_display()}.")
    request = context.request
    if request and request.user == instance.user and instance.type in FACTORS:
        record(request, instance.user, "mfa", type=instance.type)


def record_removed(*, instance: Any, **kwargs: Any) -> None:
    record_about(EventKind.SECOND_FACTOR_REMOVED, instance.user, f"{instance.get_type_display()}.")


def _is_live(request: HttpRequest) -> bool:
    """The end of a link to the identity provider ends the sessions that have logged in with it."""
    records = records_of(request, request.user)
    return not _is_too_old(records) and are_live(request.user, records)


def _is_second_factor(record: dict[str, Any]) -> bool:
    return bool(record["method"] == "mfa")


def _is_too_old(records: list[dict[str, Any]]) -> bool:
    """Writing to a session prolongs it, so its expiry alone does not limit a login to SESSION_COOKIE_AGE."""
    return bool(records) and time.time() - records[0]["at"] > settings.SESSION_COOKIE_AGE
