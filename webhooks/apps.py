from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from hindsight.doctor import CHECKS
        from hindsight.metrics.database import READINGS
        from hindsight.queue.kinds import register
        from webhooks.services.health import doctor_check, failing_endpoints  # needs the models
        from webhooks.work import Deliveries

        CHECKS["webhooks"] = doctor_check
        READINGS.append(failing_endpoints)
        register(Deliveries())
