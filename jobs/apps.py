from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "Exports and imports"

    def ready(self) -> None:
        from hindsight.doctor import CHECKS
        from hindsight.queue.kinds import register
        from jobs.doctor import exports_and_imports  # needs the models
        from jobs.work import Jobs

        CHECKS["exports and imports"] = exports_and_imports
        register(Jobs())
