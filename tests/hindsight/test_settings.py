"""The environment is read strictly, and what is not asked for is secure."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from environs import EnvError

ROOT = Path(__file__).parents[2]

PRODUCTION = {
    "SECRET_KEY": "k" * 25 + "7%aZ" * 10,
    "ALLOWED_HOSTS": "api.example.com",
    "DATABASE_URL": "postgres://hindsight@127.0.0.1:1/hindsight",
    "PUBLIC_BASE_URL": "https://api.example.com",
}


def settings_of(**environment: str) -> dict[str, Any]:
    """The settings that a process with just this environment would have."""
    with patch.dict(os.environ, environment, clear=True):
        return runpy.run_path(str(ROOT / "hindsight" / "settings.py"))


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *words],
        env={**inherited, "HINDSIGHT_ENV": "production", **environment},  # whatever .env says
        capture_output=True,
        text=True,
    )


def test_production_settings_pass_the_deployment_checks() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout + checked.stderr


def test_production_is_what_nobody_asked_for() -> None:
    with pytest.raises(EnvError, match="SECRET_KEY"):
        settings_of()
    assert settings_of(**PRODUCTION)["SECURE_SSL_REDIRECT"] is True


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_has_no_defaults(name: str) -> None:
    missing = {key: value for key, value in PRODUCTION.items() if key != name}
    if name == "ALLOWED_HOSTS":
        assert settings_of(**missing)[name] == []  # Django answers to no host then
    else:
        with pytest.raises(EnvError, match=name):
            settings_of(**missing)


def test_a_process_that_cannot_read_its_settings_says_so_in_a_line() -> None:
    refused = manage("check", **{**PRODUCTION, "DEBUG": "maybe"})
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "DEBUG" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HINDSIGHT_ENV", "dev"),
        ("DEBUG", "maybe"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_BASE_URL", "http://api.example.com"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "nonsense"),
        ("TRUSTED_PROXIES", "proxy.example.com"),
        ("ANONYMOUS_RATE_LIMIT", "0"),
        ("ANONYMOUS_RATE_LIMIT", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("PAIGE_TIMEOUT", "0"),
        ("PAIGE_TIMEOUT", "soon"),
        ("PAIGE_CONCURRENCY", "0"),
    ],
)
def test_a_value_that_cannot_be_read_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(EnvError, match=name):
        settings_of(**{**PRODUCTION, name: value})


def test_debug_is_off_unless_asked_for_by_name() -> None:
    assert settings_of(HINDSIGHT_ENV="development")["DEBUG"] is False
    assert settings_of(HINDSIGHT_ENV="development", DEBUG="true")["DEBUG"] is True


def test_production_refuses_debug_unless_it_is_named() -> None:
    with pytest.raises(EnvError, match="HINDSIGHT_ALLOW=debug"):
        settings_of(**PRODUCTION, DEBUG="true")
    assert settings_of(**PRODUCTION, DEBUG="true", HINDSIGHT_ALLOW="debug")["DEBUG"] is True


def test_a_command_without_its_database_says_so_in_a_line() -> None:
    failed = manage("list_orgs", **PRODUCTION)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "Traceback" not in failed.stderr
    assert failed.stderr.startswith("CommandError: ")
    assert "manage.py doctor" in failed.stderr
