"""System checks for the settings of logins, and the parts of django-allauth that logins use: only public ones."""

import ast
from pathlib import Path
from typing import Any

import pytest
from allauth.account import adapter as account
from allauth.account.stages import LoginStage
from allauth.socialaccount import adapter as socialaccount
from allauth.socialaccount.providers.base import Provider
from pytest_django import Settings

from hindsight.environment import mail_server
from staff.checks import check_logins


def messages(settings: Settings, **changed: Any) -> list[str | None]:
    for name, value in changed.items():
        setattr(settings, name, value)
    return [message.id for message in check_logins()]


@pytest.mark.parametrize(
    ("url", "sender", "found"),
    [
        ("smtps://user:p%40ss@mail.example.com", "hindsight@example.com", []),
        ("submission://mail.example.com", "hindsight@example.com", []),
        ("smtp://127.0.0.1:2525", "hindsight@example.com", []),
        ("smtp://mail.example.com", "hindsight@example.com", ["staff.W001"]),
        ("smtps://mail.example.com", "", ["staff.E001"]),
        ("", "hindsight@example.com", ["staff.E001"]),
    ],
)
def test_the_settings_of_mail(settings: Settings, url: str, sender: str, found: list[str]) -> None:
    assert messages(settings, EMAIL_URL=mail_server(url), DEFAULT_FROM_EMAIL=sender) == found


def test_events_of_mails_need_a_provider(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.MAIL_WEBHOOK_SECRET = "hindsight@example.com", "hindsight:" + "x" * 20
    assert messages(settings, EMAIL_URL=mail_server("smtps://mail.example.com")) == ["staff.E005"]
    assert messages(settings, EMAIL_URL={"ANYMAIL": {"POSTMARK_SERVER_TOKEN": "x"}}) == []


def test_the_url_of_the_mail_server() -> None:
    server = mail_server("smtps://user:p%40ss@mail.example.com")
    assert server is not None
    assert (server["EMAIL_HOST"], server["EMAIL_PORT"], server["EMAIL_USE_SSL"]) == ("mail.example.com", 465, True)
    assert (server["EMAIL_HOST_USER"], server["EMAIL_HOST_PASSWORD"]) == ("user", "p@ss")


CLIENT = {"OIDC_CLIENT_ID": "hindsight", "OIDC_CLIENT_SECRET": "secret"}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({**CLIENT, "OIDC_SERVER_URL": "https://login.example.com"}, []),
        ({**CLIENT, "OIDC_SERVER_URL": "http://127.0.0.1:8080"}, []),
        ({**CLIENT, "OIDC_SERVER_URL": "http://login.example.com"}, ["staff.E004"]),
        ({**CLIENT, "OIDC_SERVER_URL": "login.example.com"}, ["staff.E004"]),
        ({"OIDC_SERVER_URL": "https://login.example.com", "OIDC_CLIENT_ID": "hindsight"}, ["staff.E002"]),
        (CLIENT, ["staff.E002"]),
        ({"OIDC_SECOND_FACTOR": "amr"}, ["staff.E003"]),
        ({"OIDC_TRUST_EMAIL": True}, ["staff.E003"]),
        ({"OIDC_LINK_BY_EMAIL": True}, ["staff.E003"]),
    ],
)
def test_the_settings_of_single_sign_on(settings: Settings, changed: dict[str, Any], found: list[str]) -> None:
    assert messages(settings, **changed) == found


APPS = ("staff", "hindsight", "interviews", "orgs", "webhooks")


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    modules = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return modules | {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}


def test_no_module_is_internal_or_private() -> None:
    modules = {name for app in APPS for path in Path(app).rglob("*.py") for name in imported(path)}
    used = {name for name in modules if name.partition(".")[0] in ("allauth", "AntiSSRF")}
    assert {"AntiSSRF", "allauth.socialaccount.helpers"} <= used
    assert [name for name in used if "internal" in name or "._" in name] == []


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (account.DefaultAccountAdapter, "get_client_ip"),
        (account.DefaultAccountAdapter, "get_login_stages"),
        (account.DefaultAccountAdapter, "get_reauthentication_methods"),
        (account.DefaultAccountAdapter, "is_reauthentication_required"),
        (account.DefaultAccountAdapter, "pre_authenticate"),
        (account.DefaultAccountAdapter, "pre_login"),
        (socialaccount.DefaultSocialAccountAdapter, "get_requests_session"),
        (socialaccount.DefaultSocialAccountAdapter, "list_apps"),
        (LoginStage, "abort"),
        (Provider, "unstash_redirect_state"),
    ],
)
def test_a_hook_that_we_override_or_call_still_exists(owner: type, name: str) -> None:
    """A hook under another name would be ignored, and the limits of ours with it."""
    assert callable(getattr(owner, name))
