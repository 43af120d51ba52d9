from django.apps import AppConfig
from django.core.checks import register


class InterviewsConfig(AppConfig):
    name = "interviews"

    def ready(self) -> None:
        from interviews.checks import check_model  # needs the settings

        register(check_model)
