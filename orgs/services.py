"""Every write to orgs and their keys."""

from datetime import datetime

from django.utils import timezone
from django.utils.text import slugify

from orgs import keys
from orgs.models import ApiKey, Org


def create_org(*, name: str, plan: str, own_rate_limit: int | None = None) -> Org:
    """A new org; its slug comes of its name. Raises ValidationError."""
    org = Org(name=name, slug=_free_slug(name), plan=plan, own_rate_limit=own_rate_limit)
    org.full_clean()
    org.save()
    return org


def create_api_key(*, org: Org, name: str, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """A new key as its row and as the key itself, which nobody can read again. Raises ValidationError."""
    secret = keys.generate()
    api_key = ApiKey(
        org=org, name=name, prefix=keys.prefix_of(secret), digest=keys.digest_of(secret), expires_at=expires_at
    )
    api_key.full_clean()
    api_key.save()
    return api_key, secret


def revoke_api_key(api_key: ApiKey) -> None:
    """For good, from the next request on. A key that is revoked already keeps its time."""
    ApiKey.objects.filter(pk=api_key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    api_key.refresh_from_db(fields=["revoked_at"])


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "org"
    taken = set(Org.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)
