"""Who a key belongs to: the query that every request makes, hence one statement of SQL and no models."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from orgs.models import ApiKey
from orgs.plans import requests_per_minute

# How stale `last_used_at` may be.
LAST_USED_PRECISION = timedelta(minutes=1)

FIND_LIVE_KEY = """
SELECT api_key.id, api_key.prefix, org.id, org.slug, org.plan, org.own_rate_limit,
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
    """A key that may be used now, and what a request needs to know of it and its org."""

    id: int
    prefix: str
    org_id: int
    org: str
    requests_per_minute: int


def use_live_key(digest: str) -> LiveKey | None:
    """The key of this digest, if it may be used: neither revoked nor expired, and of an org that is not suspended.

    Notes that it was used, at most once a minute: most calls write nothing.
    """
    now = timezone.now()
    adapt = connection.ops.adapt_datetimefield_value
    moments = {"now": adapt(now), "recently": adapt(now - LAST_USED_PRECISION)}
    with connection.cursor() as cursor:
        cursor.execute(FIND_LIVE_KEY, {"digest": digest, **moments})
        row = cursor.fetchone()
    if row is None:
        return None
    key_id, prefix, org_id, org, plan, own_rate_limit, used_recently = row
    if not used_recently:
        ApiKey.objects.filter(pk=key_id).update(last_used_at=now)
    return LiveKey(key_id, prefix, org_id, org, requests_per_minute(plan, own_rate_limit))
