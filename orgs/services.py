"""Every write to orgs and their keys; for a key's last use see orgs.live_keys, for an org's end interviews.services."""

from datetime import timedelta
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from orgs import keys
from orgs.models import ApiKey, Org

# A century: what somebody who types a number of days may ask for.
MAX_LIFETIME_DAYS = 36_500


class OrgValues(TypedDict, total=False):
    """What may be changed about an org. `own_rate_limit` None: the plan's."""

    name: str
    plan: str
    own_rate_limit: int | None
    is_active: bool


def create_org(*, name: str, plan: str, own_rate_limit: int | None = None) -> Org:
    """A new org; its slug comes of its name. Raises ValidationError."""
    org = Org(name=name, slug=_free_slug(name), plan=plan, own_rate_limit=own_rate_limit)
    org.full_clean()
    org.save()
    return org


@transaction.atomic
def update_org(*, org_id: int, **values: Unpack[OrgValues]) -> Org:
    """Changes what is given, and nothing else. Raises Org.DoesNotExist and ValidationError."""
    org: Org = Org.objects.select_for_update(no_key=True).get(pk=org_id)
    for field, value in values.items():
        setattr(org, field, value)
    org.full_clean()
    org.save(update_fields=values)
    return org


def create_api_key(*, org: Org, name: str, lifetime: timedelta | None = None) -> tuple[ApiKey, str]:
    """A new key as its row and as the key itself, which nobody can read again. `lifetime` None: it is for good.

    Raises ValidationError.
    """
    secret = keys.generate()
    api_key = ApiKey(
        org=org,
        name=name,
        prefix=keys.prefix_of(secret),
        digest=keys.digest_of(secret),
        lifetime=lifetime,
        expires_at=None if lifetime is None else timezone.now() + lifetime,
    )
    api_key.full_clean()
    api_key.save()
    return api_key, secret


@transaction.atomic
def rotate_api_key(api_key: ApiKey, *, grace: timedelta) -> tuple[ApiKey, str]:
    """A new key for what `api_key` is for, which itself expires after `grace` or when it would have anyway.

    Whoever issued a key for 90 days gets another one for 90 days, however often it is rotated. Raises ValidationError
    for a key that is not live.
    """
    now = timezone.now()
    old: ApiKey = ApiKey.objects.select_for_update(of=("self",)).select_related("org").get(pk=api_key.pk)
    if old.state != "live":
        raise ValidationError("This key has expired or was revoked. Issue a new one instead.")
    new = create_api_key(org=old.org, name=old.name, lifetime=old.lifetime)
    old.expires_at = min(now + grace, old.expires_at or now + grace)
    old.save(update_fields=["expires_at"])
    return new


def revoke_api_key(api_key: ApiKey) -> None:
    """For good, from the next request on. A key that is revoked already keeps its time."""
    ApiKey.objects.filter(pk=api_key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    api_key.refresh_from_db(fields=["revoked_at"])


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "org"
    taken = set(Org.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)
