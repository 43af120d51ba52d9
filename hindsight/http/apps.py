import os
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

OPTIONAL_PACKAGES = {"SENTRY_DSN": "sentry_sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry"}


def check_optional_packages(**kwargs: Any) -> list[CheckMessage]:
    hint = "Install requirements/observability.txt, or remove the setting."
    return [
        Error(f"{setting} is set, but its package {package} is missing.", hint=hint, id=f"observability.E{number:03}")
        for number, (setting, package) in enumerate(OPTIONAL_PACKAGES.items(), 1)
        if getattr(settings, setting) and not find_spec(package)
    ]


def check_names(**kwargs: Any) -> list[CheckMessage]:
    """Only similar names: the others belong to other programs."""
    known = settings.ENVIRONMENT_VARIABLES
    similar = {name: get_close_matches(name, known, n=1, cutoff=0.9) for name in sorted(os.environ.keys() - known)}
    return [
        Warning(f"{name} is not a setting. Did you mean {meant[0]}?", hint="Rename or unset it.", id="environment.W001")
        for name, meant in similar.items()
        if meant
    ]


class HttpConfig(AppConfig):
    name = "hindsight.http"
    label = "http"

    def ready(self) -> None:
        from hindsight.http.observability import start_error_reports

        register(check_names)
        register(check_optional_packages)
        if settings.SENTRY_DSN and find_spec("sentry_sdk"):
            start_error_reports()
