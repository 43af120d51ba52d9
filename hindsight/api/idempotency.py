"""The Idempotency-Key header (decision 11)."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from hindsight.api.errors import BadRequest, IdempotencyConflict
from hindsight.api.models import MAX_KEY_LENGTH, IdempotencyRecord
from hindsight.api.throttling import Limited
from hindsight.db.statements import fetch_row, retried

LIFETIME_HOURS = 24
LIFETIME = timedelta(hours=LIFETIME_HOURS)


@dataclass(frozen=True)
class Created:
    """`etag` is empty for rows without versions."""

    body: dict[str, Any]
    etag: str
    replayed: bool = False

    @property
    def headers(self) -> dict[str, str]:
        headers = {"ETag": self.etag, "Idempotency-Replayed": "true" if self.replayed else ""}
        return {name: value for name, value in headers.items() if value}


def create_once(request: Request, *path: object, create: Callable[[], Created]) -> Created:
    """`path`: of the request, with its method. Raises BadRequest for a malformed key, and IdempotencyConflict for a key
    of another request.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return create()
    if not re.fullmatch(rf"[\x21-\x7e]{{1,{MAX_KEY_LENGTH}}}", key):
        raise BadRequest(f"Idempotency-Key must be 1 to {MAX_KEY_LENGTH} visible ASCII characters, for example a UUID.")
    fingerprint = hashlib.sha256(json.dumps([*path, request.data], sort_keys=True).encode()).hexdigest()
    return _create_or_replay(cast(Limited, request.auth).org_id, key, fingerprint, create)


@retried
@transaction.atomic
def _create_or_replay(org_id: int, key: str, fingerprint: str, create: Callable[[], Created]) -> Created:
    now, stored = timezone.now(), connection.ops.adapt_datetimefield_value
    times = {"now": stored(now), "expired": stored(now - LIFETIME)}
    claimed = fetch_row(CLAIM, {"org_id": org_id, "key": key, "fingerprint": fingerprint, **times})
    if claimed is None:
        return _replay(IdempotencyRecord.objects.get(org_id=org_id, key=key), fingerprint)
    created = create()
    _store(claimed[0], created)
    return created


# Returns no row if the key has a record that has not expired. PostgreSQL locks the record, so it cannot be purged.
CLAIM = """
INSERT INTO idempotency_record AS record (org_id, key, fingerprint, response, etag, created_at)
VALUES (%(org_id)s, %(key)s, %(fingerprint)s, '', '', %(now)s)
ON CONFLICT (org_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, created_at = excluded.created_at
    WHERE record.created_at <= %(expired)s
RETURNING id
"""


def _store(record_id: int, created: Created) -> None:
    response = json.dumps(created.body, cls=JSONEncoder)
    IdempotencyRecord.objects.filter(pk=record_id).update(response=response, etag=created.etag)


def _replay(record: IdempotencyRecord, fingerprint: str) -> Created:
    if record.fingerprint != fingerprint:
        raise IdempotencyConflict
    return Created(json.loads(record.response), record.etag, replayed=True)


def expired() -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(created_at__lte=timezone.now() - LIFETIME)
