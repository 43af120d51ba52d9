"""Writes orgs and API keys. `interviews.services` deletes orgs."""

from collections.abc import Collection
from datetime import timedelta
from typing import TypedDict, Unpack

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from orgs import keys
from orgs.branding import logo_name
from orgs.models import ApiKey, Logo, Org, Scopes

# In the test room. `interviews.services.retention` deletes the rows, the audit's own retention the changes.
TEST_ROOM_DAYS = 30
SHARED_WITH_TEST_ROOM = (
    *("name", "plan", "own_rate_limit", "key_days", "contact_address", "names_subjects"),
    *("privacy_url", "imprint_url", "survey_base_url", "brand_color", "logo"),
    *("is_active", "suspension_reason"),
)
DEFAULT_GRACE, MAX_GRACE = timedelta(days=7), timedelta(days=365)

# Leaves room for a number.
MAX_SLUG_BASE = 50
TEST_SUFFIX = "-test"


class OrgValues(TypedDict, total=False):
    """`own_rate_limit`: requests per minute; None applies the plan's limit. `key_days` None: keys do not expire.

    `audit_days` None: the settings apply. `transcript_days` and `contact_days` None: both are kept.
    """

    name: str
    contact_address: str
    privacy_url: str
    imprint_url: str
    survey_base_url: str
    brand_color: str
    plan: str
    own_rate_limit: int | None
    key_days: int | None
    names_subjects: bool
    shares_corrections: bool
    audit_days: int | None
    transcript_days: int | None
    contact_days: int | None


def create_org(*, name: str, plan: str, own_rate_limit: int | None = None) -> Org:
    """Derives a unique slug from the name. Raises ValidationError."""
    org = Org(name=name, slug=_unused_slug(name), plan=plan, own_rate_limit=own_rate_limit)
    org.full_clean()
    org.save()
    return org


def create_test_room(org: Org) -> Org:
    """Raises ValidationError if the org has one."""
    shared = {field: getattr(org, field) for field in SHARED_WITH_TEST_ROOM}
    slug = _unused_slug(f"{org.slug[: MAX_SLUG_BASE - len(TEST_SUFFIX)]}{TEST_SUFFIX}")
    room = Org(**shared, slug=slug, test_room_of=org, audit_days=TEST_ROOM_DAYS)
    room.full_clean()
    room.save()
    return room


@transaction.atomic
def update_org(*, org_id: int, **values: Unpack[OrgValues]) -> Org:
    """Raises Org.DoesNotExist and ValidationError."""
    return _change(_locked_org(org_id), **values)


@transaction.atomic
def set_logo(*, org_id: int, content: bytes | None) -> Org:
    """None removes it. Raises Org.DoesNotExist and ValidationError."""
    org = _locked_org(org_id)
    name = "" if content is None else logo_name(content)
    Logo.objects.filter(org=org).delete()
    if content is not None:
        Logo.objects.create(org=org, name=name, content=content)
    return _change(org, logo=name)


@transaction.atomic
def set_account_managers(*, org_id: int, managers: Collection[User]) -> None:
    """Raises Org.DoesNotExist."""
    _locked_org(org_id).account_managers.set(managers)


@transaction.atomic
def suspend_org(*, org_id: int, reason: str) -> Org:
    """Raises Org.DoesNotExist and ValidationError."""
    org = _locked_org(org_id)
    if not org.is_active:
        raise ValidationError("This org is already suspended.")
    if not reason.strip():
        raise ValidationError("Enter a reason.")
    return _change(org, is_active=False, suspension_reason=reason.strip())


@transaction.atomic
def reactivate_org(*, org_id: int) -> Org:
    """Raises Org.DoesNotExist and ValidationError."""
    org = _locked_org(org_id)
    if org.is_active:
        raise ValidationError("This org is already active.")
    return _change(org, is_active=True, suspension_reason="")


def _locked_org(org_id: int) -> Org:
    org: Org = Org.objects.select_for_update(no_key=True).get(pk=org_id)
    return org


def _change(org: Org, **values: object) -> Org:
    shared = {field: value for field, value in values.items() if field in SHARED_WITH_TEST_ROOM}
    rooms = Org.objects.filter(test_room_of=org) if shared else ()
    for row, changed in ((org, values), *((room, shared) for room in rooms)):
        for field, value in changed.items():
            setattr(row, field, value)
        row.full_clean()
        row.save(update_fields=changed)
    return org


def create_api_key(
    *, org: Org, name: str, lifetime: timedelta | None = None, scopes: str = Scopes.READ_WRITE
) -> tuple[ApiKey, str]:
    """Returns the row and the key itself, a test key if the org is a test room.

    With `lifetime` None, or more than the org's key_days, those apply. Raises ValidationError.
    """
    secret = keys.generate(is_test=org.is_test_room)
    if org.key_days is not None:
        longest = timedelta(days=org.key_days)
        lifetime = longest if lifetime is None else min(lifetime, longest)
    api_key = ApiKey(
        org=org,
        name=name,
        prefix=keys.prefix_of(secret),
        digest=keys.digest_of(secret),
        scopes=scopes,
        lifetime=lifetime,
        expires_at=None if lifetime is None else timezone.now() + lifetime,
    )
    api_key.full_clean()
    api_key.save()
    return api_key, secret


@transaction.atomic
def rotate_api_key(api_key: ApiKey, *, grace: timedelta) -> tuple[ApiKey, str]:
    """Returns a new row and key with the same name, lifetime and scopes.

    The old key expires after `grace`, or at its own expiry if earlier. Raises ValidationError.
    """
    now = timezone.now()
    old: ApiKey = ApiKey.objects.select_for_update(of=("self",)).select_related("org").get(pk=api_key.pk)
    if old.state != "live":
        raise ValidationError("This key has expired or was revoked. Issue a new key instead.")
    new = create_api_key(org=old.org, name=old.name, lifetime=old.lifetime, scopes=old.scopes)
    old.expires_at = min(now + grace, old.expires_at or now + grace)
    old.save(update_fields=["expires_at"])
    return new


def revoke_api_key(api_key: ApiKey) -> None:
    """Keeps the time of an earlier revocation."""
    ApiKey.objects.filter(pk=api_key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    api_key.refresh_from_db(fields=["revoked_at"])


def _unused_slug(name: str) -> str:
    base = slugify(name)[:MAX_SLUG_BASE] or "org"
    taken = set(Org.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)
