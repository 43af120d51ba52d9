from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

# Each setting with the package that it needs.
OPTIONAL_PACKAGES = {"SENTRY_DSN": "sentry_sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry"}


def check_optional_packages(**kwargs: Any) -> list[CheckMessage]:
    hint = "Install requirements/observability.txt, or remove the setting."
    return [
        Error(f"{setting} is set, but its package {package} is missing.", hint=hint, id=f"observability.E{number:03}")
        for number, (setting, package) in enumerate(OPTIONAL_PACKAGES.items(), 1)
        if getattr(settings, setting) and not find_spec(package)
    ]
