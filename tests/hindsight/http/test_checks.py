"""Settings of optional packages that are not installed."""

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from hindsight.http import apps


def ids() -> set[str]:
    return {str(message.id) for message in run_checks() if str(message.id).startswith("observability.")}


@pytest.mark.parametrize(
    ("setting", "number"),
    [("SENTRY_DSN", "observability.E001"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "observability.E002")],
)
def test_a_setting_without_its_package_is_an_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, setting: str, number: str
) -> None:
    assert ids() == set()
    setattr(settings, setting, "https://key@reports.example.com/1")
    assert ids() == set()  # the package is installed with the tests
    monkeypatch.setattr(apps, "find_spec", lambda name: None)
    assert ids() == {number}
