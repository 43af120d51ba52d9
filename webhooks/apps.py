from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from hindsight.doctor import CHECKS
        from hindsight.queue.kinds import register
        from webhooks.doctor import webhooks  # needs the models
        from webhooks.work import Deliveries

        CHECKS["webhooks"] = webhooks
        register(Deliveries())
