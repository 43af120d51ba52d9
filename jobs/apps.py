from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "Exports and imports"

    def ready(self) -> None:
        from hindsight.doctor import CHECKS
        from jobs.doctor import exports_and_imports  # needs the models

        CHECKS["exports and imports"] = exports_and_imports
