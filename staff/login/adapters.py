import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from orgs.models import EventKind
from staff.login.attempts import refuse_too_many_attempts
from staff.login.passwords import NOT_STAFF
from staff.login.sessions import records_of
from staff.login.single_sign_on import PROVIDER_ID
from staff.login.single_sign_on.provider import Session, configuration_url
from staff.security_events import record_attempt


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META["REMOTE_ADDR"])  # set by TrustedProxyMiddleware

    def get_login_stages(self) -> list[str]:
        return ["staff.login.second_factor.SecondFactorStage"]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Before allauth checks a password, which it does for changes of the second factor."""
        refuse_too_many_attempts(request, credentials.get("username", ""))

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Refuses logins that are not staff. Passkeys and single sign-on are checked only here; passwords, twice."""
        if user.is_active and user.is_staff:
            return None
        request.session.flush()
        record_attempt(request, EventKind.LOGIN_FAILED, user.get_username(), "Not staff.")
        messages.error(request, NOT_STAFF)
        return HttpResponseRedirect(reverse("admin:login"))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A login counts too, so that nobody has to enter the password twice to set up a second factor."""
        user = context.request.user
        records = records_of(context.request, user)
        is_recent = records and time.time() - records[-1]["at"] <= app_settings.REAUTHENTICATION_TIMEOUT
        return not is_recent and bool(self.get_reauthentication_methods(user))


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """The identity provider of the settings. Whose login an account opens is the rule of `single_sign_on.links`."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        options = {"server_url": configuration_url(), "oauth_pkce_enabled": True}
        client = {"client_id": settings.OIDC_CLIENT_ID, "secret": settings.OIDC_CLIENT_SECRET}
        return [SocialApp(provider="openid_connect", provider_id=PROVIDER_ID, settings=options, **client)]

    def get_requests_session(self) -> Session:
        return Session()


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"
