"""The steps of a login with the identity provider.

Code that waits for the provider runs outside `login_page()`: its settings belong to one database connection.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial, wraps
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from hindsight.http.proxies import client_of
from hindsight.limits.local import hit
from orgs.models import EventKind
from staff.login.decorators import login_page
from staff.login.second_factor import PROVIDERS_FACTOR, proves_second_factor
from staff.login.single_sign_on import PROVIDER_ID, is_set_up, links, provider
from staff.login.single_sign_on.id_tokens import Claims, verified_claims
from staff.login.single_sign_on.refusals import FAILED, NO_LINK, TOO_MANY, Refusal, Unavailable
from staff.security_events import record_attempt

logger = logging.getLogger(__name__)

SCOPE = "openid profile email"
STATES = "staff.login.single_sign_on"  # among the pending logins in the session
ATTEMPTS = (30, 5)  # logins that one address may begin in a number of minutes
MAX_CODE_LENGTH = 4_096


@dataclass(frozen=True)
class Pending:
    """A login that waits for the provider. It is in the session, under a random `state`, for 10 minutes and once.

    `link_for`: the person who links an account, or None for a login.
    """

    nonce: str
    code_verifier: str
    next_page: str
    link_for: int | None


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
    return _to_provider(request, next_page=_next_page(request), link_for=None)


@refusing
def link(request: HttpRequest) -> HttpResponseBase:
    """Requires recent authentication."""
    page = reverse("admin:single_sign_on")
    if not admin.site.has_permission(request):
        return redirect_to_login(page, reverse("admin:login"))
    if request.method != "POST":
        return HttpResponseRedirect(page)
    if is_reauthentication_required(request, app="staff"):
        return redirect_to_login(page, reverse("account_reauthenticate"))
    return _to_provider(request, next_page=page, link_for=request.user.pk)


@refusing
def callback(request: HttpRequest) -> HttpResponseBase:
    pending = _pending(request)
    code = request.GET.get("code", "")
    if pending is None or not 0 < len(code) <= MAX_CODE_LENGTH:
        raise Refusal(FAILED, "Single sign-on failed.", HTTPStatus.BAD_REQUEST)
    claims = provider.without_holding(partial(_claims, code, pending, _redirect_uri(request)))
    return (_logged_in if pending.link_for is None else _linked)(request, pending, claims)


def _to_provider(request: HttpRequest, *, next_page: str, link_for: int | None) -> HttpResponseBase:
    _count(request)
    configured = provider.configuration()
    endpoint = configured.endpoint("authorization_endpoint")
    proof = generate_code_challenge()
    pending = Pending(token_urlsafe(32), proof.pop("code_verifier"), next_page, link_for)
    query = {
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": _redirect_uri(request),
        "response_type": "code",
        "scope": SCOPE,
        "state": statekit.stash_state(request, provider_id=STATES, state=asdict(pending)),
        "nonce": pending.nonce,
        **proof,
    }
    return _shown(request, f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}")


@login_page
def _shown(request: HttpRequest, url: str) -> HttpResponse:
    """A page that leads on, because the policy's form-action also holds for redirects after a form."""
    context = {"title": f"Log in with {settings.OIDC_NAME}", "url": url, "provider": settings.OIDC_NAME}
    return TemplateResponse(request, "staff/login/to_provider.html", context)


def _count(request: HttpRequest) -> None:
    limit, minutes = ATTEMPTS
    count, seconds_to_wait = hit(request, "single sign-on", client_of(request.META["REMOTE_ADDR"]), limit, minutes)
    if count > limit:
        request.seconds_to_wait = seconds_to_wait  # type: ignore[attr-defined]  # see throttled()
        detail = f"More than {limit} logins by single sign-on from an address in {minutes} minutes."
        raise Refusal(TOO_MANY, detail, HTTPStatus.TOO_MANY_REQUESTS)


def _claims(code: str, pending: Pending, redirect_uri: str) -> Claims:
    configured = provider.waited_configuration()
    sent = {"code": code, "code_verifier": pending.code_verifier, "redirect_uri": redirect_uri}
    return verified_claims(provider.exchange(configured, **sent), configured, pending.nonce)


def _pending(request: HttpRequest) -> Pending | None:
    state = statekit.unstash_state(request, provider_id=STATES, state_id=request.GET.get("state", ""))
    return Pending(**state) if state else None


@login_page
def _logged_in(request: HttpRequest, pending: Pending, claims: Claims) -> Any:
    if request.user.is_authenticated:
        logout(request)  # so that events name the person who logs in
    user = links.use(claims)
    if user is None:
        raise Refusal(NO_LINK, f"Single sign-on: no link for account {claims.subject}.", subject=claims.subject)
    clear_login(request)
    record_authentication(request, user, "socialaccount", provider=PROVIDER_ID, uid=claims.subject)
    if proves_second_factor(claims):
        record_authentication(request, user, "mfa", type=PROVIDERS_FACTOR)
    return perform_login(request, Login(user=user, redirect_url=pending.next_page))


@login_page
def _linked(request: HttpRequest, pending: Pending, claims: Claims) -> HttpResponse:
    if not admin.site.has_permission(request) or request.user.pk != pending.link_for:
        raise Refusal(FAILED, "Single sign-on: the login that asked for a link has ended.", HTTPStatus.BAD_REQUEST)
    links.make(request.user, claims.subject)
    messages.success(request, f"Your account at {settings.OIDC_NAME} is linked. You can log in with it from now on.")
    return HttpResponseRedirect(pending.next_page)


@login_page
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    _record(request, refusal)
    context = {"title": "Single sign-on", "refusal": refusal, "provider": settings.OIDC_NAME}
    response = TemplateResponse(request, "staff/login/sign_on_refused.html", context, status=refusal.status)
    if isinstance(refusal, Unavailable):
        response["Retry-After"] = str(provider.RETRY_SECONDS)
    return response


def _record(request: HttpRequest, refusal: Refusal) -> None:
    if isinstance(refusal, Unavailable):
        logger.warning("Single sign-on is unavailable: %s", refusal.detail)
        return
    kind = EventKind.LOCK_OUT if refusal.status == HTTPStatus.TOO_MANY_REQUESTS else EventKind.LOGIN_FAILED
    record_attempt(request, kind, request.user.get_username(), refusal.detail)


def _next_page(request: HttpRequest) -> str:
    page = request.POST.get("next", "")
    is_own = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_own else reverse("admin:index")


def _redirect_uri(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("single_sign_on_callback", args=[PROVIDER_ID]))
