from django.apps import AppConfig
from django.core.checks import register


class OrgsConfig(AppConfig):
    name = "orgs"

    def ready(self) -> None:
        import orgs.schema  # noqa: F401  # drf-spectacular cannot be imported before settings are loaded

        # These need the models.
        from hindsight.metrics.database import READINGS
        from orgs.checks import check_audit_fields
        from orgs.security_events import last_purge

        register(check_audit_fields)
        READINGS.append(last_purge)
