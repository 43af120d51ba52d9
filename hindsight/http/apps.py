from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register


class HttpConfig(AppConfig):
    name = "hindsight.http"
    label = "http"

    def ready(self) -> None:
        from hindsight.http.checks import check_optional_packages
        from hindsight.http.error_reports import start_error_reports

        register(check_optional_packages)
        if settings.SENTRY_DSN and find_spec("sentry_sdk"):
            start_error_reports()
