from django.apps import AppConfig


class HttpConfig(AppConfig):
    """An app, so that Django finds the templates and static files of the error pages."""

    name = "hindsight.http"
    label = "http"
