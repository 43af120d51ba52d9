from typing import Any, cast

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import logout, views
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from orgs.models import EventKind
from staff.login import single_sign_on
from staff.login.attempts import refuse_too_many_attempts
from staff.login.records import record
from staff.security_events import record_attempt

NOT_STAFF = "This login is not staff, so it cannot open the admin. Ask a superuser for a role."


class LoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        refuse_too_many_attempts(cast(HttpRequest, self.request), self.cleaned_data.get("username", ""))
        return super().clean()

    def confirm_login_allowed(self, user: Any) -> None:
        """Django sends no signal if the password was right."""
        if not user.is_staff:
            record_attempt(cast(HttpRequest, self.request), EventKind.LOGIN_FAILED, user.get_username(), "Not staff.")
            raise ValidationError(NOT_STAFF, code="not_staff")
        super().confirm_login_allowed(user)


class LoginView(views.LoginView):
    authentication_form = LoginForm
    template_name = "staff/login/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        own = {"mail_is_set_up": settings.EMAIL_URL is not None, "single_sign_on": single_sign_on.button()}
        return {**shown, **own}

    def form_valid(self, form: Any) -> HttpResponse:
        """allauth logs in, after it has asked for the second factor of somebody who has one."""
        user = form.get_user()
        logout(self.request)  # ends a login that waits for its second factor, and its challenges
        record(self.request, user, "password")
        return cast(HttpResponse, perform_login(self.request, user, redirect_url=self.get_success_url()))
