from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Coalesce

from hindsight.queue.models import Queued

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


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


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def with_rows_of(self, org_id: int) -> Self:
        return self.filter(Q(org=org_id) | Q(org=None))

    def with_files(self) -> Self:
        return self.filter(Exists(Chunk.objects.filter(job=OuterRef("pk"))))


class Job(Queued):
    """An export or an import, which is in the queue while it is unfinished (decision 35)."""

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

    objects = JobQuerySet.as_manager()

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
        return f"{self.kind.replace('_', ' ').capitalize()} {self.pk}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    def read(self, part: Part, first: int = 0) -> Iterator[bytes]:
        """Executes a statement for each chunk. Raises Chunk.DoesNotExist if one is deleted meanwhile."""
        for number in range(first, self.chunk_count(part)):
            yield bytes(self.chunks.values_list("data", flat=True).get(part=part, number=number))

    def open(self, part: Part) -> BinaryIO:
        return BufferedReader(_ChunkFile(self.read(part)), CHUNK_BYTES)

    def append(self, part: Part, data: bytes) -> None:
        if not data:
            return
        first = self.chunk_count(part)
        starts = range(0, len(data), CHUNK_BYTES)
        Chunk.objects.bulk_create(
            Chunk(job=self, part=part, number=number, data=data[start : start + CHUNK_BYTES])
            for number, start in enumerate(starts, first)
        )

    def chunk_count(self, part: Part) -> int:
        count: int = self.chunks.filter(part=part).aggregate(count=Coalesce(Max("number") + 1, 0))["count"]
        return count


CHUNK_BYTES = 1024 * 1024


class _ChunkFile(RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer).cast("B")
        self.rest = self.rest or next(self.chunks, b"")
        piece, self.rest = self.rest[: len(target)], self.rest[len(target) :]
        target[: len(piece)] = piece
        return len(piece)


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
