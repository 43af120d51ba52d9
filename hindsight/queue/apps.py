from django.apps import AppConfig


class QueueConfig(AppConfig):
    name = "hindsight.queue"
    label = "queue"
