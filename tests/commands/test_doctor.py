"""The doctor: a line on each thing that can be wrong, with what to do about it, whatever else is away."""

import socket
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from tests.hindsight.test_settings import PRODUCTION, manage


def examined() -> tuple[dict[str, str], bool]:
    """The lines by the names of the checks, and whether the exit status is 0."""
    out, healthy = StringIO(), True
    try:
        call_command("doctor", stdout=out)
    except CommandError:
        healthy = False
    lines = dict(line.split(": ", 1) for line in out.getvalue().splitlines())
    assert all(line.startswith(("ok    ", "FAIL  ")) for line in lines)
    return lines, healthy


@pytest.fixture
def closed_port() -> int:
    """Where nothing listens: just freed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.django_db
class TestChecks:
    def test_all_is_well(self) -> None:
        lines, healthy = examined()
        assert healthy
        assert [line.removeprefix("ok    ") for line in lines] == [
            "database",
            "migrations",
            "rate limits",
            "model endpoint",
            "static files",
            "proxies",
            "system checks",
        ]

    def test_pending_migrations(self) -> None:
        MigrationRecorder.Migration.objects.filter(app="interviews").delete()
        lines, healthy = examined()
        assert not healthy
        assert "Run `manage.py migrate`" in lines["FAIL  migrations"]

    def test_incomplete_settings_of_the_model(self, settings: Settings) -> None:
        settings.PAIGE_MODEL = "paige-1"
        lines, healthy = examined()
        assert not healthy
        assert lines["FAIL  system checks"].startswith("paige.E001: ")

    @pytest.mark.parametrize("url", ["model.example", "ftp://model.example", "http://[", "http://x:port"])
    def test_invalid_address_of_a_model(self, settings: Settings, url: str) -> None:
        settings.PAIGE_MODEL, settings.PAIGE_BASE_URL = "paige-1", url
        lines, healthy = examined()
        assert not healthy
        assert lines["FAIL  system checks"].startswith("paige.E002: ")
        assert lines["ok    model endpoint"] == "not checked: PAIGE_BASE_URL is not valid, see system checks"

    def test_a_model_that_listens(self, settings: Settings) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            settings.PAIGE_MODEL = "paige-1"
            settings.PAIGE_BASE_URL = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
            assert examined() == ({**examined()[0], "ok    model endpoint": "127.0.0.1 accepts connections"}, True)

    def test_a_model_that_is_away(self, settings: Settings, closed_port: int) -> None:
        settings.PAIGE_MODEL, settings.PAIGE_BASE_URL = "paige-1", f"http://127.0.0.1:{closed_port}/v1"
        assert f"127.0.0.1:{closed_port}: Connection refused" in examined()[0]["FAIL  model endpoint"]

    def test_static_files(self, settings: Settings, tmp_path: Path) -> None:
        settings.STATIC_ROOT = tmp_path
        assert "Run `manage.py collectstatic" in examined()[0]["FAIL  static files"]
        (tmp_path / "staticfiles.json").write_text("{}")
        assert examined()[0]["ok    static files"] == "collected"

    def test_proxies_are_asked_for_where_https_is(self, settings: Settings) -> None:
        settings.SECURE_SSL_REDIRECT = True
        assert "TRUSTED_PROXIES" in examined()[0]["ok    proxies"]

    def test_each_complaint_of_the_deployment_has_its_line(self, settings: Settings) -> None:
        settings.DEVELOPMENT = False
        settings.SECRET_KEY = "short"
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("doctor", stdout=out)
        complaints = [line for line in out.getvalue().splitlines() if line.startswith("FAIL  system checks: ")]
        assert len(complaints) > 1
        assert any("security.W009" in line for line in complaints)


def test_it_works_while_database_and_redis_are_away(closed_port: int) -> None:
    nowhere = f"user:topsecret@127.0.0.1:{closed_port}"
    away = {"DATABASE_URL": f"postgres://{nowhere}/hindsight", "REDIS_URL": f"redis://{nowhere}/0"}
    done = manage("doctor", **{**PRODUCTION, **away})
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert [line.partition(":")[0] for line in lines[:4]] == [
        "FAIL  database",
        "FAIL  migrations",
        "FAIL  rate limits",
        "ok    model endpoint",
    ]
    assert "correct DATABASE_URL" in lines[0]
    assert "correct REDIS_URL" in lines[2]
    assert "ok    system checks: no fault found" in lines
    assert done.stderr == "CommandError: Something is wrong, see above.\n"
    assert "topsecret" not in done.stdout
