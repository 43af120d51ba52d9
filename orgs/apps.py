from django.apps import AppConfig
from django.core.checks import register


class OrgsConfig(AppConfig):
    name = "orgs"

    def ready(self) -> None:
        # These need the models.
        from hindsight.doctor import CHECKS
        from hindsight.metrics.database import READINGS
        from orgs.partitions import audit, read_partitions
        from orgs.retention import check_audit_fields
        from orgs.security_events import last_purge
        from orgs.use import read_use

        register(check_audit_fields)
        CHECKS["audit"] = audit
        READINGS.extend((last_purge, read_partitions, read_use))
