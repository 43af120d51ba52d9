from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from hindsight.doctor import CHECKS
        from hindsight.metrics.database import READINGS
        from hindsight.queue.kinds import register
        from webhooks.doctor import webhooks  # needs the models
        from webhooks.services.health import failing_endpoints
        from webhooks.work import Deliveries

        CHECKS["webhooks"] = webhooks
        READINGS.append(failing_endpoints)
        register(Deliveries())
