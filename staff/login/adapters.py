import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from orgs.models import EventKind
from staff.login.attempts import refuse_too_many_attempts
from staff.login.passwords import NOT_STAFF
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
        clear_login(request)
        record_attempt(request, EventKind.LOGIN_FAILED, user.get_username(), "Not staff.")
        messages.error(request, NOT_STAFF)
        return HttpResponseRedirect(reverse("admin:login"))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A login counts too, so that nobody has to enter the password twice to set up a second factor."""
        records = get_authentication_records(context.request, context.request.user)
        return not records or time.time() - records[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def get_totp_issuer(self) -> str:
        return "Hindsight"

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"
