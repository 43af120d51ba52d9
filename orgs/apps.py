from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "orgs"

    def ready(self) -> None:
        import orgs.schema  # noqa: F401  # registers itself with drf-spectacular, which needs settings first
