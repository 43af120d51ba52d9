"""The Idempotency-Key header.

The record commits together with the created row. A concurrent request with the same key waits for that commit.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from hindsight.api.errors import BadRequest, IdempotencyConflict
from hindsight.api.models import MAX_KEY_LENGTH, IdempotencyRecord

LIFETIME_HOURS = 24
LIFETIME = timedelta(hours=LIFETIME_HOURS)

_WELL_FORMED = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY_LENGTH}}}")


@dataclass(frozen=True)
class Created:
    """The response to a create. `etag` is empty if an earlier release stored the response."""

    body: dict[str, Any]
    etag: str
    replayed: bool = False

    @property
    def headers(self) -> dict[str, str]:
        headers = {"ETag": self.etag, "Idempotency-Replayed": "true" if self.replayed else ""}
        return {name: value for name, value in headers.items() if value}


def create_once(*, org_id: int, key: str | None, request: Any, create: Callable[[], Created]) -> Created:
    """Returns the result of `create()`, or the stored response to the first request.

    Raises BadRequest for a malformed key, and IdempotencyConflict for a key of another request.
    """
    if key is None:
        return create()
    if not _WELL_FORMED.fullmatch(key):
        raise BadRequest(f"Idempotency-Key must be 1 to {MAX_KEY_LENGTH} visible ASCII characters, for example a UUID.")
    fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        record, is_new = _claim(org_id, key, fingerprint)
        if is_new:
            created = create()
            record.response, record.etag = json.dumps(created.body, cls=JSONEncoder), created.etag
            record.save(update_fields=["response", "etag"])
        elif record.fingerprint != fingerprint:
            raise IdempotencyConflict
        return Created(json.loads(record.response), record.etag, replayed=not is_new)


def _claim(org_id: int, key: str, fingerprint: str) -> tuple[IdempotencyRecord, bool]:
    """Returns the locked record, and whether the key is new."""
    defaults = {"fingerprint": fingerprint, "response": ""}
    record, created = IdempotencyRecord.objects.get_or_create(org_id=org_id, key=key, defaults=defaults)
    if created:
        return record, True
    locked = IdempotencyRecord.objects.select_for_update().filter(pk=record.pk).first()
    if locked is None:  # expired, and purged after get_or_create()
        return _claim(org_id, key, fingerprint)
    if locked.created_at > timezone.now() - LIFETIME:
        return locked, False
    locked.fingerprint, locked.created_at = fingerprint, timezone.now()
    locked.save(update_fields=["fingerprint", "created_at"])
    return locked, True


def expired() -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(created_at__lte=timezone.now() - LIFETIME)
