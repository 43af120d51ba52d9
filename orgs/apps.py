from django.apps import AppConfig
from django.core.checks import register


class OrgsConfig(AppConfig):
    name = "orgs"

    def ready(self) -> None:
        import orgs.schema  # noqa: F401  # drf-spectacular cannot be imported before settings are loaded
        from orgs.checks import check_audit_fields  # needs the models

        register(check_audit_fields)
