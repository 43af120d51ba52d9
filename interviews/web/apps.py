from django.apps import AppConfig


class SurveyConfig(AppConfig):
    """An app of its own, so that Django finds the page's templates and static files beside its code."""

    name = "interviews.web"
    label = "survey"
