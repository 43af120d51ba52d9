"""Every API request looks up its key, so this is raw SQL without models."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from orgs.models import ApiKey
from orgs.plans import requests_per_minute

# Limits writes: `last_used_at` is updated at most this often.
LAST_USED_PRECISION = timedelta(minutes=1)

FIND_LIVE_KEY = """
SELECT api_key.id, api_key.prefix, org.id, org.slug, org.plan, org.own_rate_limit, api_key.scopes,
       api_key.last_used_at > %(recently)s
FROM orgs_apikey AS api_key
JOIN orgs_org AS org ON org.id = api_key.org_id
WHERE api_key.digest = %(digest)s
  AND api_key.revoked_at IS NULL
  AND (api_key.expires_at IS NULL OR api_key.expires_at > %(now)s)
  AND org.is_active
"""


@dataclass(frozen=True)
class LiveKey:
    """A valid key of an active org. `org` is the slug."""

    id: int
    prefix: str
    org_id: int
    org: str
    requests_per_minute: int
    scopes: str


def use_live_key(digest: str) -> LiveKey | None:
    """Returns the key and updates `last_used_at`.

    Returns None if the key is unknown, revoked or expired, or its org is suspended.
    """
    now = timezone.now()
    adapt = connection.ops.adapt_datetimefield_value
    times = {"now": adapt(now), "recently": adapt(now - LAST_USED_PRECISION)}
    with connection.cursor() as cursor:
        cursor.execute(FIND_LIVE_KEY, {"digest": digest, **times})
        row = cursor.fetchone()
    if row is None:
        return None
    key_id, prefix, org_id, org, plan, own_rate_limit, scopes, used_recently = row
    if not used_recently:
        ApiKey.objects.filter(pk=key_id).update(last_used_at=now)
    return LiveKey(key_id, prefix, org_id, org, requests_per_minute(plan, own_rate_limit), scopes)
