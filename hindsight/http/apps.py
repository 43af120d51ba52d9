from django.apps import AppConfig


class HttpConfig(AppConfig):
    """For the templates and static files of the error pages."""

    name = "hindsight.http"
    label = "http"
