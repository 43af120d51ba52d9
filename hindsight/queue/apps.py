from django.apps import AppConfig


class QueueConfig(AppConfig):
    name = "hindsight.queue"
    label = "queue"

    def ready(self) -> None:
        from hindsight.metrics.database import READINGS
        from hindsight.queue.kinds import queues_and_workers  # needs the models

        READINGS.append(queues_and_workers)
