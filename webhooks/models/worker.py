from django.db import models


class Worker(models.Model):
    """A process of `manage.py run_worker`. It writes `seen_at` while it runs."""

    name = models.CharField(max_length=80, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
