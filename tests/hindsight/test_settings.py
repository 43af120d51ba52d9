"""Settings from the environment: strict parsing and secure defaults."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from environs import EnvError

from hindsight.http.apps import check_names

ROOT = Path(__file__).parents[2]

PRODUCTION = {
    "SECRET_KEY": "k" * 25 + "7%aZ" * 10,
    "DATABASE_URL": "postgres://hindsight@127.0.0.1:1/hindsight",
    "PUBLIC_BASE_URL": "https://api.example.com",
}


def settings_of(**environment: str) -> dict[str, Any]:
    """Returns the settings of a process with only this environment."""
    with patch.dict(os.environ, environment, clear=True):
        return runpy.run_path(str(ROOT / "hindsight" / "settings.py"))


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *words],
        env={**inherited, "HINDSIGHT_ENV": "production", **environment},  # overrides .env
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_production_settings_pass_the_deployment_checks() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout + checked.stderr


def test_production_is_the_default() -> None:
    with pytest.raises(EnvError, match="SECRET_KEY"):
        settings_of()
    assert settings_of(**PRODUCTION)["SECURE_SSL_REDIRECT"] is True


def test_the_audit_is_kept_unless_days_are_set() -> None:
    kept = settings_of(HINDSIGHT_ENV="development")
    assert (kept["AUDIT_DAYS"], kept["AUDIT_DAYS_BY_FIELD"]) == (None, {})
    limited = settings_of(HINDSIGHT_ENV="development", AUDIT_DAYS="400", AUDIT_DAYS_BY_FIELD="notes=30, name=60")
    assert (limited["AUDIT_DAYS"], limited["AUDIT_DAYS_BY_FIELD"]) == (400, {"notes": 30, "name": 60})
    for name, text in [
        ("AUDIT_DAYS", "0"),
        ("AUDIT_DAYS", "36501"),
        ("AUDIT_DAYS_BY_FIELD", "notes"),
        ("AUDIT_DAYS_BY_FIELD", "notes=0"),
        ("AUDIT_DAYS_BY_FIELD", "notes=x"),
    ]:
        with pytest.raises(EnvError, match=name):
            settings_of(HINDSIGHT_ENV="development", **{name: text})


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_has_no_defaults(name: str) -> None:
    missing = {key: value for key, value in PRODUCTION.items() if key != name}
    with pytest.raises(EnvError, match=name):
        settings_of(**missing)


def test_the_host_of_the_links_is_allowed() -> None:
    links = {**PRODUCTION, "PUBLIC_BASE_URL": "https://Links.example.com:8443/"}
    assert settings_of(**links)["ALLOWED_HOSTS"] == ["links.example.com"]
    assert settings_of(**links, ALLOWED_HOSTS="api.example.com")["ALLOWED_HOSTS"] == [
        "api.example.com",
        "links.example.com",
    ]
    development = settings_of(HINDSIGHT_ENV="development", PUBLIC_BASE_URL="http://[::1]:8000")
    assert development["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HINDSIGHT_ENV", "dev"),
        ("HINDSIGHT_ALLOW", "public_hosts"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_BASE_URL", "http://api.example.com"),
        ("PUBLIC_BASE_URL", "https://api.example.com/hindsight"),
        ("CSRF_TRUSTED_ORIGINS", "https://admin.example.com/admin"),
        ("ALLOWED_HOSTS", "https://api.example.com"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "api.example.com, *"),
        ("ALLOWED_HOSTS", "*.example.com"),
        ("ALLOWED_HOSTS", ".com"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "postgres://localhost"),
        ("DATABASE_URL", "postgres://localhost:port/hindsight"),
        ("DATABASE_LOCK_SECONDS", "nan"),
        ("DATABASE_STATEMENT_SECONDS", "0"),
        ("DATABASE_IDLE_TRANSACTION_SECONDS", "1e300"),
        ("REDIS_URL", "http://x"),
        ("REDIS_URL", "redis://127.0.0.1:port/0"),
        ("REDIS_URL", "redis://127.0.0.1/0?timeout=1"),
        ("TRUSTED_PROXIES", "proxy.example.com"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("TRUSTED_PROXIES", "127.0.0.1, ::/0"),
        ("TRUSTED_PROXIES", "0.0.0.0/1,128.0.0.0/1"),
        ("WEBHOOK_DELIVERY_DAYS", "1000000000"),
        ("SECURITY_EVENT_DAYS", "0"),
        ("AUDIT_BYTES_PER_DAY", "-1"),
        ("OIDC_SERVER_URL", "login.example.com"),
        ("SENTRY_DSN", "https://sentry.example.com"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"),
        ("EMAIL_FROM", "hindsight"),
        ("PAIGE_BASE_URL", "models.example.com/v1"),
        ("PAIGE_BASE_URL", "ftp://models.example.com"),
        ("PAIGE_BASE_URL", "http://host:port/"),
        ("PAIGE_WORDING_BASE_URL", "b.example"),
        ("PAIGE_MAX_NOTES", "many"),
        ("ANONYMOUS_RATE_LIMIT", "0"),
        ("LOG_LEVEL", "LOUD"),
        ("OIDC_SECOND_FACTOR", "perhaps"),
        ("OIDC_LINK_BY_EMAIL", "sometimes"),
        ("EMAIL_URL", "https://mail.example.com"),
        ("EMAIL_URL", "smtp://mail.example.com:port"),
        ("EMAIL_URL", "anymail+pigeon:?token=topsecret"),
        ("METRICS_ADDRESS", "9100"),
        ("METRICS_ADDRESS", "localhost:9100"),
        ("METRICS_ADDRESS", "127.0.0.1:0"),
        ("METRICS_ADDRESS", "0.0.0.0:9100"),
        ("METRICS_ADDRESS", "[::]:9100"),
        ("METRICS_ADDRESS", "8.8.8.8:9100"),
        ("WEB_CONCURRENCY", "many"),
        ("WEB_THREADS", "0"),
        ("PORT", "65536"),
        ("PAIGE_TIMEOUT", "0"),
        ("PAIGE_CONCURRENCY", "0"),
        ("PAIGE_CHOOSER", "guide"),
        ("PAIGE_WORDING", "rules"),
    ],
)
def test_invalid_value_is_refused_with_its_name_and_an_example(name: str, value: str) -> None:
    with pytest.raises(EnvError, match=rf"{name}\b.*(such as|true or false|one of|some of)"):
        settings_of(**{**PRODUCTION, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://hindsight:topsecret#@127.0.0.1/hindsight"),
        ("REDIS_URL", "redis://:topsecret@127.0.0.1:port/0"),
        ("EMAIL_URL", "smtp://user:topsecret@mail.example.com:port"),
        ("EMAIL_URL", "anymail+pigeon:?token=topsecret"),
        ("SENTRY_DSN", "sentry://topsecret@sentry.example.com/1"),
        ("SECRET_KEY", "topsecret"),
    ],
)
def test_the_error_does_not_quote_a_secret(name: str, value: str) -> None:
    with pytest.raises(EnvError, match=name) as refused:
        settings_of(**{**PRODUCTION, name: value})
    assert "topsecret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "rediss://user:p%40ss@redis.example.com:6380/1"),
        ("REDIS_URL", "unix:///run/redis.sock?db=1"),
        ("PAIGE_BASE_URL", "http://model_server:8000/v1"),
        ("PAIGE_BASE_URL", "http://[::1]:8080/v1"),
        ("SENTRY_DSN", "https://key@sentry.example.com/1"),
        ("EMAIL_FROM", "Hindsight <hindsight@example.com>"),
        ("EMAIL_URL", "anymail+postmark:?server_token=TOKEN"),
        ("TRUSTED_PROXIES", ""),
        ("ANONYMOUS_RATE_LIMIT", ""),
    ],
)
def test_valid_value_is_accepted(name: str, value: str) -> None:
    settings_of(**{**PRODUCTION, name: value})


def test_only_names_that_resemble_settings_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALOWED_HOSTS", "SENTRY_DNS", "HINDSIGHT_URL", "HINDSIGHT_TEST_KEY", "HOSTNAME", "SECRET", "GHOST"):
        monkeypatch.setenv(name, "x")
    assert [str(message.msg) for message in check_names()] == [
        "ALOWED_HOSTS is not a setting. Did you mean ALLOWED_HOSTS?",
        "SENTRY_DNS is not a setting. Did you mean SENTRY_DSN?",
    ]


def test_hosts_are_named_or_subdomains_of_a_named_domain() -> None:
    hosts = ["api.example.com", ".example.com", "[::1]", "hindsight"]
    assert settings_of(**{**PRODUCTION, "ALLOWED_HOSTS": ",".join(hosts)})["ALLOWED_HOSTS"] == hosts
    assert "*" in settings_of(HINDSIGHT_ENV="development", ALLOWED_HOSTS="*")["ALLOWED_HOSTS"]


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:9100", ("127.0.0.1", 9100)), ("[::1]:9100", ("::1", 9100)), ("10.0.0.7:9100", ("10.0.0.7", 9100))],
)
def test_metrics_are_served_at_a_loopback_or_private_address(text: str, address: tuple[str, int]) -> None:
    assert settings_of(**PRODUCTION)["METRICS_ADDRESS"] is None
    assert settings_of(**PRODUCTION, METRICS_ADDRESS=text)["METRICS_ADDRESS"] == address


def test_a_container_serves_metrics_on_every_interface_if_that_is_allowed_by_name() -> None:
    variables = {**PRODUCTION, "METRICS_ADDRESS": "0.0.0.0:9100"}
    assert settings_of(**variables, HINDSIGHT_ALLOW="public_metrics")["METRICS_ADDRESS"] == ("0.0.0.0", 9100)
    refused = manage("check", **variables)
    assert "HINDSIGHT_ALLOW=public_metrics" in refused.stderr
    assert "development" not in refused.stderr


def test_production_refuses_debug_unless_allowed_by_name() -> None:
    with pytest.raises(EnvError, match="HINDSIGHT_ALLOW=debug"):
        settings_of(**PRODUCTION, DEBUG="true")
    assert settings_of(**PRODUCTION, DEBUG="true", HINDSIGHT_ALLOW="debug")["DEBUG"] is True
    assert settings_of(HINDSIGHT_ENV="development")["DEBUG"] is False


@pytest.mark.slow
def test_command_without_a_database_fails_without_a_traceback() -> None:
    failed = manage("list_orgs", **PRODUCTION)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "Traceback" not in failed.stderr
    assert failed.stderr.startswith("CommandError: ")
    assert "manage.py doctor" in failed.stderr
