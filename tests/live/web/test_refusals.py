"""Settings with which hindsight/server/serve.py refuses to start."""

import os
import subprocess

import pytest

from tests.hindsight.test_settings import PRODUCTION
from tools.harness.processes import free_port
from tools.harness.web import ROOT, SCRIPT


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        SCRIPT,
        cwd=ROOT,
        env={**inherited, "PORT": str(free_port()), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_an_empty_environment_is_refused() -> None:
    result = start()
    assert result.returncode == 1
    assert "SECRET_KEY" in result.stderr
    assert "password" not in result.stdout + result.stderr  # not the demo


@pytest.mark.parametrize("host", ["0.0.0.0", "example.com"])
def test_a_public_address_without_a_proxy_is_refused(host: str) -> None:
    result = start(**PRODUCTION, HOST=host)
    assert result.returncode == 1
    assert "TRUSTED_PROXIES" in result.stderr


@pytest.mark.parametrize("setting", [{"TRUSTED_PROXIES": "10.0.0.1"}, {"HINDSIGHT_ALLOW": "public_host"}])
def test_a_public_address_is_allowed_with_a_proxy_or_hindsight_allow(setting: dict[str, str]) -> None:
    result = start(**PRODUCTION, HOST="0.0.0.0", **setting)  # fails to reach the database
    assert "Refused to serve" not in result.stderr
    assert "127.0.0.1" in result.stderr
