"""Tables of the release before, whose servers write them during a rolling upgrade. The next release drops them.

New code only deletes rows. The permissions of exports and imports belong to this model.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from hindsight.queue.models import Queued


class State(models.TextChoices):
    DRAFT = "draft", "not started"
    WAITING = "waiting", "waiting for a worker"
    RUNNING = "running", "running"
    FINISHED = "finished", "finished"
    FAILED = "failed", "failed"
    WITHDRAWN = "withdrawn", "file deleted"


UNFINISHED = [State.WAITING, State.RUNNING]


class Part(models.TextChoices):
    INPUT = "input"
    OUTPUT = "output"


class Job(Queued):
    kind = models.CharField(max_length=40)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    org = models.ForeignKey(
        "orgs.Org", on_delete=models.CASCADE, null=True, related_name="jobs", help_text="Empty: of several orgs."
    )
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    runs = models.PositiveIntegerField(default=0, help_text="How many times a worker has taken it.")
    crashes = models.PositiveSmallIntegerField(default=0, help_text="How many times a worker ended while it ran.")
    done = models.PositiveBigIntegerField(default=0, help_text="Rows.")
    total = models.PositiveBigIntegerField(default=0, help_text="Rows.")
    counts = models.JSONField(default=dict, help_text="Results by name.")
    output_bytes = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "export or import"
        verbose_name_plural = "exports and imports"
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (
            ("export_lists", "Can export lists"),
            ("import_contacts", "Can import contacts"),
            ("import_deals", "Can import deals"),
        )
        indexes = (
            models.Index(
                fields=("leased_until",),
                condition=Q(state__in=UNFINISHED),
                name="job_unfinished",
            ),
            models.Index(fields=("expires_at",), name="job_by_expiry"),
        )
        constraints = (models.CheckConstraint(name="job_state_is_known", condition=Q(state__in=State.values)),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Chunk(models.Model):
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    part = models.CharField(max_length=10, choices=Part)
    number = models.PositiveIntegerField(help_text="From 0.")
    data = models.BinaryField()

    class Meta:
        default_permissions = ()
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("job", "part", "number"), name="chunk_of_job"),)

    def __str__(self) -> str:
        return f"{self.part} {self.number} of job {self.job_id}"
