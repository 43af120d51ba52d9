"""Single sign-on by OpenID Connect: whom a login of the identity provider belongs to, and what it proves."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from requests import RequestException

from orgs.models import EventKind
from staff.events import record_attempt

PROVIDER_ID = "sso"
PROVIDERS_FACTOR = "provider"  # the type of its record in the session
FAILED = "Single sign-on failed. Try again, or log in with your password."
NO_LOGIN = "Your account at the identity provider belongs to no login here. Ask a superuser to add your email address."


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The first time, the provider's account is connected to the login with the same verified address."""
        if not sociallogin.is_existing:
            addresses = [address.email for address in sociallogin.email_addresses if address.verified]
            found = list(User.objects.filter(email__iexact=addresses[0], is_staff=True)[:2]) if addresses else []
            if len(found) != 1:
                refuse(request, NO_LOGIN, "Single sign-on: no login has this address.")
            sociallogin.connect(request, found[0])
        clear_login(request)
        if proves_second_factor(sociallogin.account.extra_data.get("id_token", {})):
            record_authentication(request, sociallogin.user, "mfa", type=PROVIDERS_FACTOR)

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> NoReturn:
        refuse(request, FAILED, "Single sign-on failed.")


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor of somebody who has one, unless the identity provider has asked for its own."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        is_proved = any(record.get("type") == PROVIDERS_FACTOR for record in records)
        return not is_proved and bool(super()._should_handle(request))


def proves_second_factor(id_token: dict[str, Any]) -> bool:
    """By the authentication methods of RFC 8176, which the provider names in the ID token."""
    if settings.OIDC_SECOND_FACTOR == "amr":
        return "mfa" in (id_token.get("amr") or [])
    return bool(settings.OIDC_SECOND_FACTOR == "always")


def refuse(request: HttpRequest, message: str, detail: str) -> NoReturn:
    record_attempt(request, EventKind.LOGIN_FAILED, "", detail)
    messages.error(request, message)
    raise ImmediateHttpResponse(HttpResponseRedirect(reverse("admin:login")))


def reachable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """While the provider is unavailable, staff can log in with their password."""

    @wraps(view)
    def run(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request, provider_id)
        except RequestException:
            refuse(request, FAILED, "Single sign-on is unavailable.")

    return run


sign_on = reachable(views.login)
callback = reachable(views.callback)


def button_of(next_page: str) -> dict[str, str] | None:
    """The name and URL of a link that looks like a button: the policy allows forms only to this server."""
    if not settings.OIDC_SERVER_URL:
        return None
    url = reverse("openid_connect_login", args=[PROVIDER_ID])
    return {"name": settings.OIDC_NAME, "url": f"{url}?{urlencode({'next': next_page})}"}
