from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

OPTIONAL_PACKAGES = {"SENTRY_DSN": "sentry_sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry"}


def check_optional_packages(**kwargs: Any) -> list[CheckMessage]:
    hint = "Install requirements/observability.txt, or remove the setting."
    return [
        Error(f"{setting} is set, but its package {package} is missing.", hint=hint, id=f"observability.E{number:03}")
        for number, (setting, package) in enumerate(OPTIONAL_PACKAGES.items(), 1)
        if getattr(settings, setting) and not find_spec(package)
    ]


class HttpConfig(AppConfig):
    name = "hindsight.http"
    label = "http"

    def ready(self) -> None:
        from hindsight.http.error_reports import start_error_reports

        register(check_optional_packages)
        if settings.SENTRY_DSN and find_spec("sentry_sdk"):
            start_error_reports()
