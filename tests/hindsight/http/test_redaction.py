"""No secret reaches the log, in whatever part of a request it is sent, and to whatever page."""

import logging
from base64 import b32encode
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from secrets import token_hex, token_urlsafe
from urllib.parse import quote, urlencode

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from pytest_django import Settings

from hindsight.http.logs import JSONFormatter, TextFormatter, without_secrets
from interviews.models import InterviewRequest
from orgs import keys
from staff.login.passwords import password_link
from tests.client import ApiClient
from tests.staff.conftest import Staff, log_in
from webhooks.signing import new_secret

KEY = keys.generate()
UNKNOWN = [
    "/{}",
    "/{}/",
    "/admin/{}",
    "/admin/{}/change/",
    "/admin/auth/user/{}",
    "/api/{}",
    "/api/v1/{}",
    "/survey/{}",
]
UNKNOWN += ["/static/{}", "/api/v1/interviews/{}/", "/api/v1/interviews/x{}", "/admin/set-password/{}", "//{}", "/x?{}"]


def secrets_of(user: User, survey_token: str | None) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {
        "API key": KEY,
        "survey token": survey_token or "",
        "password token": default_token_generator.make_token(user),
        "password": "Correct-horse 7 battery",
        "code of an authenticator app": "491827",
        "recovery code": "83749261",
        "secret of an authenticator app": b32encode(token_hex(10).encode()).decode(),
        "code of the identity provider": token_urlsafe(24),
        "state of the identity provider": token_hex(8),
        "session": client.cookies["sessionid"].value,
        "CSRF token": _get_new_csrf_string(),
        "webhook secret": new_secret(),
        "idempotency key": f"order-{token_hex(6)}",
        "cursor": signing.Signer(salt="cursor").sign("2026-01-01"),
    }


def routes(patterns: Iterable[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """All paths of the URLconf, with `{}` for each argument."""
    for each in patterns:
        if not isinstance(each.pattern, RoutePattern):
            continue
        parts = str(each.pattern).split("/")
        path = prefix + "/".join("{}" if "<" in part else part for part in parts)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, path)
        else:
            yield path


class Lines(logging.Handler):
    """What the product's formatters make of all records."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        record.created = 0  # whose digits could be a code
        self.text += f"{TextFormatter().format(record)}\n{JSONFormatter().format(record)}\n"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    """Every logger at DEBUG, also those that the settings silence."""
    handler, root = Lines(), logging.getLogger()
    for name in ["", *logging.root.manager.loggerDict]:
        caplog.set_level(logging.DEBUG, name or None)
    caplog.set_level(logging.INFO, "django.template")  # it logs each variable that a template looks up in vain
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)


@pytest.fixture
def root_staff(db: None) -> Staff:
    return log_in("root", is_superuser=True)


@pytest.mark.slow
@pytest.mark.django_db
def test_no_secret_is_logged(
    root_staff: Staff, interview_request: InterviewRequest, lines: Lines, settings: Settings
) -> None:
    settings.ANONYMOUS_RATE_LIMIT = 1_000_000
    secrets = secrets_of(root_staff.user, interview_request.survey_token)
    paths = [*routes(get_resolver().url_patterns), *UNKNOWN]
    assert len(paths) > 100
    query = urlencode({name.replace(" ", "_"): secret for name, secret in secrets.items()})
    fields = {"code": "recovery code", "token": "survey token", "password": "password"}
    form = {name: secrets[kind] for name, kind in fields.items()}
    headers = {
        "x-request-id": "redaction",
        "referer": f"https://testserver/survey?{query}",
        "origin": f"https://{secrets['session']}.example",
    }
    client = Client(headers=headers, raise_request_exception=False)
    # A page for objects shows their numbers, so a code of digits would be one. It gets one of the other secrets.
    for_pages = cycle(secret for secret in secrets.values() if not secret.isdecimal())
    for path in paths:
        for secret in secrets.values() if path in UNKNOWN else islice(for_pages, path.count("{}")):
            client.get(path.replace("{}", quote(secret, safe=""), 1).replace("{}", secrets["password token"]))
        page = path.replace("{}", "987")  # no object: a page may delete it
        client.get(f"{page}?{query}", headers={"authorization": f"Bearer {KEY}"})
        client.force_login(root_staff.user)
        client.get(f"{page}?{query}")
        client.post(page, form, headers={"idempotency-key": secrets["idempotency key"]})
        client.logout()
    Client(enforce_csrf_checks=True).post(f"/admin/login/?{query}", form, headers=headers)
    Client(headers={"host": f"{secrets['session']}.example"}).get(f"/admin/{secrets['CSRF token']}?{query}")
    Client(headers={"x-request-id": KEY}).get("/healthz")
    assert "/admin/set-password/*/*/ 200" in lines.text
    assert "django.request: GET /api/v1/interviews/* 401" in lines.text
    kinds = {name for name, secret in secrets.items() if secret in lines.text or quote(secret) in lines.text}
    assert kinds == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/", "/"),
        ("/api/v1/interviews/12", "/api/v1/interviews/12"),
        ("/api/v1/interviews/12/", "/api/v1/interviews/*/"),
        ("/api/v1/interviews/1x", "/api/v1/interviews/*"),
        ("/admin/contacts/contact/12/change/", "/admin/contacts/contact/12/change/"),
        ("/admin/123456", "/admin/*"),
        ("/nowhere/api", "/*/api"),
        ("/admin%0A12:00:00 ERROR forged", "/*"),
        ("/*", "/*"),
    ],
)
def test_a_path_shows_constants_and_ids(path: str, logged: str, lines: Lines) -> None:
    status = Client().get(path).status_code
    assert f"hindsight.access: GET {logged} {status} (" in lines.text


@pytest.mark.django_db
def test_an_exception_is_logged_with_the_route_only(
    acme_api: ApiClient, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("staff.login.passwords.SetPasswordView.dispatch", lambda *arguments, **path: 1 / 0)
    user = User.objects.create_user("ann", is_staff=True)
    link = password_link(user)
    Client(raise_request_exception=False).get(link[link.index("/admin/") :])
    assert "ERROR django.request: GET /admin/set-password/*/*/ 500" in lines.text
    assert "ZeroDivisionError" in lines.text
    assert default_token_generator.make_token(user) not in lines.text


def test_the_development_server_logs_no_request_lines() -> None:
    """They have the query. The access line says the rest."""
    server = logging.getLogger("django.server")
    assert not server.isEnabledFor(logging.ERROR)
    assert server.handlers == []


@pytest.mark.parametrize("formatter", [TextFormatter(), JSONFormatter()])
def test_messages_of_libraries_are_redacted(formatter: logging.Formatter) -> None:
    secret, password = new_secret(), token_hex(8)
    message = 'HTTP Request: POST https://hooks.example/in?key=%s&v=2 "200", Bearer %s, %s'
    line = formatter.format(logging.LogRecord("httpx", logging.INFO, "", 0, message, (password, KEY, secret), None))
    assert not any(text in line for text in (password, KEY, KEY[13:], secret))
    assert KEY[:12] in line


def test_a_prefix_of_a_key_is_no_secret() -> None:
    for text in (f"key {KEY[:12]} of acme", f"(api_key={KEY[:12]})", f'"api_key": "{KEY[:12]}"'):
        assert without_secrets(text) == text
