"""Retrying a POST without doing it twice: the Idempotency-Key header.

The record of a key commits together with what the request creates, so there is none that is half done: of two requests
at once the second waits for the first one's commit, then finds its answer. After a failure there is no record, and the
key may be used again.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from hindsight.api.errors import BadRequest, IdempotencyConflict
from hindsight.api.models import MAX_KEY_LENGTH, IdempotencyRecord

LIFETIME_HOURS = 24
LIFETIME = timedelta(hours=LIFETIME_HOURS)

_WELL_FORMED = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY_LENGTH}}}")

Answer = dict[str, Any]


def answer_once(*, org_id: int, key: str | None, request: Any, create: Callable[[], Answer]) -> tuple[Answer, bool]:
    """The answer of `create`, or of the same request's first time, and whether it is the latter.

    `key`: the header's value, None where there is none. `request`: what has to be the same when the key is. Raises
    BadRequest for a key that is not 1 to 255 visible ASCII characters, IdempotencyConflict for a key used otherwise.
    """
    if key is None:
        return create(), False
    if not _WELL_FORMED.fullmatch(key):
        raise BadRequest(f"Send an Idempotency-Key of 1 to {MAX_KEY_LENGTH} visible ASCII characters, such as a UUID.")
    fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        record, is_new = _claim(org_id, key, fingerprint)
        if is_new:
            record.answer = json.dumps(create(), cls=JSONEncoder)
            record.save(update_fields=["answer"])
        elif record.fingerprint != fingerprint:
            raise IdempotencyConflict
        return json.loads(record.answer), not is_new


def _claim(org_id: int, key: str, fingerprint: str) -> tuple[IdempotencyRecord, bool]:
    """The key's record, locked, and whether the caller is the first to use it in 24 hours."""
    defaults = {"fingerprint": fingerprint, "answer": ""}
    record, created = IdempotencyRecord.objects.get_or_create(org_id=org_id, key=key, defaults=defaults)
    if created:
        return record, True
    held = IdempotencyRecord.objects.select_for_update().filter(pk=record.pk).first()
    if held is None:  # too old to count, and purged since it was found
        return _claim(org_id, key, fingerprint)
    if held.created_at > timezone.now() - LIFETIME:
        return held, False
    held.fingerprint, held.created_at = fingerprint, timezone.now()
    held.save(update_fields=["fingerprint", "created_at"])
    return held, True


def purge_expired() -> int:
    """Deletes the records that no retry can use any more, and returns how many there were."""
    return IdempotencyRecord.objects.filter(created_at__lte=timezone.now() - LIFETIME).delete()[0]
