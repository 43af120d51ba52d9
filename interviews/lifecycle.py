"""The life of an interview request, as the API tells it."""

from django.db import models


class Status(models.TextChoices):
    CREATED = "created"
    SENT = "sent"
    COMPLETED = "completed"
