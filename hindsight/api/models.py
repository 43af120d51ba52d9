from django.db import models
from django.utils import timezone

MAX_KEY_LENGTH = 255  # characters of an Idempotency-Key


class IdempotencyRecord(models.Model):
    org_id = models.BigIntegerField()
    key = models.CharField(max_length=MAX_KEY_LENGTH)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request, in hexadecimal")
    response = models.TextField(help_text="JSON")
    etag = models.CharField(max_length=64, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "idempotency_record"
        constraints = (models.UniqueConstraint(fields=("org_id", "key"), name="idempotency_key_is_unique_in_org"),)

    def __str__(self) -> str:
        return self.key
