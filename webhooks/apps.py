from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from hindsight.doctor import CHECKS
        from webhooks.doctor import webhooks  # needs the models

        CHECKS["webhooks"] = webhooks
