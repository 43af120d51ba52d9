"""Of django-allauth, only what its minor versions keep: no module that it calls internal."""

import ast
from pathlib import Path

import pytest
from allauth.account import adapter as account
from allauth.account.stages import LoginStage
from allauth.socialaccount import adapter as socialaccount
from allauth.socialaccount.providers.base import Provider

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
