"""The login with a password, and links to set one: for invitations and forgotten passwords (decision 31)."""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, cast

from allauth.account.utils import perform_login
from allauth.core import context
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import logout, views
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import Error as DatabaseError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.generic import FormView

from hindsight.http.mail import is_sent
from orgs.models import EventKind
from orgs.security_events import record_security_event
from staff.login import single_sign_on
from staff.login.attempts import LINK_ATTEMPTS, refuse_too_many_attempts
from staff.login.sessions import record
from staff.security_events import address_of, record_attempt, staff_actor

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


logger = logging.getLogger(__name__)

# Each thread uses a connection to the database, and waits for the mail server.
MAILS_AT_ONCE = 4
LINK_DAYS = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)


def password_link(user: User) -> str:
    """Ignores the request's Host, with which anybody could have a link to another host mailed to staff."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(user)])
    return settings.PUBLIC_BASE_URL + path


def link_mail(user: User, link: str, *, is_invitation: bool) -> EmailMessage:
    text = render_to_string(
        "staff/login/password_link.txt",
        {"user": user, "link": link, "is_invitation": is_invitation, "days": LINK_DAYS},
    )
    subject = "Your login for Hindsight" if is_invitation else "A new password for Hindsight"
    return EmailMessage(subject, text, to=[user.email])


def invite(user: User) -> tuple[str, bool]:
    """Returns (link, mailed). If the mail fails, the inviter hands over the link."""
    link = password_link(user)
    return link, settings.EMAIL_URL is not None and is_sent(link_mail(user, link, is_invitation=True))


def mail_links(request: HttpRequest, email: str) -> None:
    """In a thread. Logs errors, because nobody waits for the result."""
    try:
        for user in User.objects.filter(email__iexact=email, is_active=True, is_staff=True):
            mail = link_mail(user, password_link(user), is_invitation=False)
            actor, address = staff_actor(user.username), address_of(request)
            record_security_event(EventKind.PASSWORD_LINK, actor, address=address, about=user, detail="Forgotten.")
            is_sent(mail)
    except DatabaseError as error:
        logger.error("A link to set a password was not made: %s", type(error).__name__)
    finally:
        connection.close()


class ForgottenForm(forms.Form):
    email = forms.EmailField(label="Email address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def clean(self) -> dict[str, Any] | None:
        refuse_too_many_attempts(context.request, self.cleaned_data.get("email", ""), LINK_ATTEMPTS)
        return super().clean()


class ForgottenView(FormView):  # type: ignore[type-arg]  # Django's class cannot be subscripted
    """Does and responds the same for every address. Whether a login has it is looked up in a thread."""

    threads = ThreadPoolExecutor(MAILS_AT_ONCE, "forgotten_password")
    form_class = ForgottenForm
    template_name = "registration/password_reset_form.html"
    success_url = reverse_lazy("admin:login")
    extra_context = {"title": "Forgotten password"}

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if settings.EMAIL_URL is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        self.threads.submit(copy_context().run, mail_links, self.request, form.cleaned_data["email"])
        messages.success(self.request, "If this address belongs to a login, a link to set a password is on its way.")
        return super().form_valid(form)


class SetPasswordView(views.PasswordResetConfirmView):
    success_url = reverse_lazy("admin:login")
    extra_context = {"days": LINK_DAYS}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, f"Your password is set. Log in as {self.user}.")
        return response
