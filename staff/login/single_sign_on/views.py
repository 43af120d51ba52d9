"""The steps of a login with the identity provider.

Code that waits for the provider runs outside `login_page()`: its settings belong to one database connection.
"""

import logging
from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from orgs.models import EventKind
from staff.login.attempts import refuse_too_many_attempts
from staff.login.decorators import login_page
from staff.login.second_factor import PROVIDERS_FACTOR, proves_second_factor
from staff.login.sessions import record
from staff.login.single_sign_on import (
    FAILED,
    NO_LINK,
    NOT_VALID,
    PROVIDER_ID,
    Refusal,
    Unavailable,
    is_set_up,
    links,
    provider,
)
from staff.login.single_sign_on.id_tokens import Claims, verified_claims
from staff.security_events import record_attempt

logger = logging.getLogger(__name__)

ATTEMPTS = (30, 5)  # logins that one address may begin in a number of minutes


def refusing(view: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @never_cache
    @wraps(view)
    def run(request: HttpRequest, provider_id: str) -> HttpResponseBase:
        if provider_id != PROVIDER_ID or not is_set_up():
            raise Http404
        try:
            return view(request)
        except Refusal as refusal:
            return refused(request, refusal)

    return run


@refusing
def sign_on(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        return HttpResponseRedirect(reverse("admin:login"))
    return _to_provider(request, next_page=get_next_redirect_url(request) or reverse("admin:index"), link_for=None)


@refusing
def link(request: HttpRequest) -> HttpResponseBase:
    """Requires recent authentication."""
    page = reverse("admin:single_sign_on")
    if not admin.site.has_permission(request):
        return redirect_to_login(page, reverse("admin:login"))
    if request.method != "POST":
        return HttpResponseRedirect(page)
    if get_adapter(request).is_reauthentication_required(app="staff"):
        return redirect_to_login(page, reverse("account_reauthenticate"))
    return _to_provider(request, next_page=page, link_for=request.user.pk)


@refusing
def callback(request: HttpRequest) -> HttpResponseBase:
    adapter = OpenIDConnectOAuth2Adapter(request, PROVIDER_ID)
    try:
        state = adapter.get_provider().unstash_redirect_state(request, request.GET.get("state", ""))
    except PermissionDenied:
        state = None
    if state is None or not request.GET.get("code"):
        raise Refusal(FAILED, "Single sign-on failed.", HTTPStatus.BAD_REQUEST)
    claims = provider.without_holding(partial(_claims, adapter, state))
    return (_logged_in if state["data"]["link_for"] is None else _linked)(request, state, claims)


def _to_provider(request: HttpRequest, *, next_page: str, link_for: int | None) -> HttpResponseBase:
    """`link_for`: the person who links an account, or None for a login."""
    try:
        refuse_too_many_attempts(request, "", {"address, for single sign-on": ATTEMPTS})
    except ValidationError:
        text = "Too many attempts. Wait some minutes, or log in with your password."
        raise Refusal(text, "", HTTPStatus.TOO_MANY_REQUESTS) from None
    adapter = OpenIDConnectOAuth2Adapter(request, PROVIDER_ID)
    endpoint = provider.without_holding(lambda: adapter.authorize_url)
    nonce = token_urlsafe(32)
    data = {"nonce": nonce, "link_for": link_for}
    to = adapter.get_provider().redirect(request, "login", next_page, data, auth_params={"nonce": nonce})
    # allauth begins the query with "?" even if the endpoint has one.
    return _shown(request, to.url.replace(f"{endpoint}?", f"{endpoint}&", 1) if "?" in endpoint else to.url)


@login_page
def _shown(request: HttpRequest, url: str) -> HttpResponse:
    """A page that leads on, because the policy's form-action also holds for redirects after a form."""
    context = {"title": f"Log in with {settings.OIDC_NAME}", "url": url, "provider": settings.OIDC_NAME}
    return TemplateResponse(request, "staff/login/to_provider.html", context)


def _claims(adapter: Any, state: dict[str, Any]) -> Claims:
    app = adapter.get_provider().app
    client = adapter.get_client(adapter.request, app)
    try:
        token = adapter.get_access_token_data(adapter.request, app, client, state["pkce_code_verifier"])
    except OAuth2Error:
        raise Refusal(NOT_VALID, "Single sign-on: the provider has sent no access token.") from None
    return verified_claims(token.get("id_token"), adapter.openid_config, state["data"]["nonce"])


@login_page
def _logged_in(request: HttpRequest, state: dict[str, Any], claims: Claims) -> Any:
    logout(request)  # ends what earlier logins have left, and events name the person who logs in
    account = links.used(claims)
    if account is None:
        raise Refusal(NO_LINK, f"Single sign-on: no link for account {claims.subject}.", subject=claims.subject)
    if proves_second_factor(claims):
        record(request, account.user, "mfa", type=PROVIDERS_FACTOR)
    login = SocialLogin(user=User(), account=account, provider=account.get_provider(request))
    login.state = state
    return complete_social_login(request, login)


@login_page
def _linked(request: HttpRequest, state: dict[str, Any], claims: Claims) -> HttpResponse:
    if not admin.site.has_permission(request) or request.user.pk != state["data"]["link_for"]:
        raise Refusal(FAILED, "Single sign-on: the login that asked for a link has ended.", HTTPStatus.BAD_REQUEST)
    links.make(request.user, claims.subject)
    messages.success(request, f"Your account at {settings.OIDC_NAME} is linked. You can log in with it from now on.")
    return HttpResponseRedirect(state["next"])


@login_page
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if isinstance(refusal, Unavailable):
        logger.warning("Single sign-on is unavailable: %s", refusal.detail)
    elif refusal.status != HTTPStatus.TOO_MANY_REQUESTS:  # which has an event already
        record_attempt(request, EventKind.LOGIN_FAILED, request.user.get_username(), refusal.detail)
    context = {"title": "Single sign-on", "refusal": refusal, "provider": settings.OIDC_NAME}
    response = TemplateResponse(request, "staff/login/sign_on_refused.html", context, status=refusal.status)
    if isinstance(refusal, Unavailable):
        response["Retry-After"] = str(provider.RETRY_SECONDS)
    return response
