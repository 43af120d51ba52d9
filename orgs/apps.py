from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "orgs"

    def ready(self) -> None:
        import orgs.schema  # noqa: F401  # drf-spectacular cannot be imported before settings are loaded
