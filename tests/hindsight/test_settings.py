"""The environment is read strictly, and what is not asked for is secure. Each case is a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MANAGE = Path(__file__).parents[2] / "manage.py"

PRODUCTION = {
    "SECRET_KEY": "k" * 25 + "7%aZ" * 10,
    "ALLOWED_HOSTS": "api.example.com",
    "DATABASE_URL": "postgres://hindsight@127.0.0.1:1/hindsight",
    "PUBLIC_BASE_URL": "https://api.example.com",
}


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, MANAGE, *words],
        env={**inherited, "HINDSIGHT_ENV": "production", **environment},  # whatever .env says
        capture_output=True,
        text=True,
    )


def test_production_settings_pass_the_deployment_checks() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout + checked.stderr


def test_production_is_what_nobody_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import hindsight.settings"], cwd=MANAGE.parent, env={}, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_has_no_defaults(name: str) -> None:
    missing = {key: value for key, value in PRODUCTION.items() if key != name}
    refused = manage("check", "--deploy", "--fail-level", "WARNING", **missing)
    assert refused.returncode != 0
    assert name in refused.stderr


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
        ("PAIGE_API_KEY", "a key without a model"),
    ],
)
def test_a_value_that_cannot_be_read_stops_the_start(name: str, value: str) -> None:
    assert manage("check", **{**PRODUCTION, name: value}).returncode != 0


def test_debug_is_off_unless_asked_for_by_name() -> None:
    code = "from django.conf import settings; print(settings.DEBUG)"
    assert manage("shell", "-v", "0", "-c", code, HINDSIGHT_ENV="development").stdout.strip() == "False"
    assert manage("shell", "-v", "0", "-c", code, HINDSIGHT_ENV="development", DEBUG="true").stdout.strip() == "True"


def test_a_command_without_its_database_says_so_in_a_line() -> None:
    failed = manage("list_orgs", **PRODUCTION)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "Traceback" not in failed.stderr
    assert failed.stderr.startswith("CommandError: ")
    assert "manage.py doctor" in failed.stderr
