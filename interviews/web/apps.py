from django.apps import AppConfig


class SurveyConfig(AppConfig):
    """An app, so that Django finds the templates and static files."""

    name = "interviews.web"
    label = "survey"
