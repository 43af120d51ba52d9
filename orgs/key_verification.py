"""API keys that are valid now. Every API request needs one, so this is raw SQL (decision 2)."""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from hindsight.db.prepared_statements import fetch_row
from hindsight.limits.memory import Memory
from orgs.keys import is_test_key
from orgs.models import ApiKey
from orgs.plans import requests_per_minute

# Limits the writes of `last_used_at`.
LAST_USED_PRECISION = timedelta(minutes=1)

_VALID_KEY = """
FROM orgs_apikey AS api_key
JOIN orgs_org AS org ON org.id = api_key.org_id
WHERE api_key.digest = %(digest)s
  AND api_key.revoked_at IS NULL
  AND (api_key.expires_at IS NULL OR api_key.expires_at > %(now)s)
  AND org.is_active
"""

FIND_VALID_KEY = f"""
SELECT api_key.id, api_key.prefix, org.id, org.slug, org.plan, org.own_rate_limit, api_key.scopes,
       api_key.last_used_at > %(recently)s
{_VALID_KEY}
"""

# A condition with the parameters of `key_parameters`.
KEY_IS_VALID = f"EXISTS (SELECT 1 {_VALID_KEY})"


@dataclass(frozen=True)
class VerifiedKey:
    """`org` is the slug."""

    id: int
    prefix: str
    org_id: int
    org: str
    requests_per_minute: int
    scopes: str

    @property
    def is_test(self) -> bool:
        return is_test_key(self.prefix)


REMEMBERED_SECONDS = 60
# With the time.monotonic() until which a key is remembered.
_remembered: Memory[str, tuple[VerifiedKey, float]] = Memory()


def remembered_key(digest: str) -> VerifiedKey | None:
    """A key that was valid at most REMEMBERED_SECONDS ago."""
    key, ends_at = _remembered.get(digest) or (None, 0.0)
    return key if time.monotonic() < ends_at else None


def forget_keys() -> None:
    """For tests."""
    _remembered.clear()


def key_parameters(digest: str | None) -> dict[str, Any]:
    return {"digest": digest, "now": connection.ops.adapt_datetimefield_value(timezone.now())}


def verify_key(digest: str) -> VerifiedKey | None:
    """Returns the key, remembers it, and updates `last_used_at`.

    Returns None if the key is unknown, revoked or expired, or its org is suspended.
    """
    recently = connection.ops.adapt_datetimefield_value(timezone.now() - LAST_USED_PRECISION)
    row = fetch_row(FIND_VALID_KEY, {**key_parameters(digest), "recently": recently})
    if row is None:
        _remembered.forget(digest)
        return None
    key_id, prefix, org_id, org, plan, own_rate_limit, scopes, used_recently = row
    if not used_recently:
        ApiKey.objects.filter(pk=key_id).update(last_used_at=timezone.now())
    key = VerifiedKey(key_id, prefix, org_id, org, requests_per_minute(plan, own_rate_limit), scopes)
    _remembered.add(digest, (key, time.monotonic() + REMEMBERED_SECONDS))
    return key
