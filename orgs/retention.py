from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db.models import Count, Q
from django.utils import timezone

from orgs.audit import audited_fields
from orgs.models import Change, Org
from orgs.models.append_only import ChangeQuerySet

# A change with a later time was written by a server whose clock was wrong.
CLOCK_TOLERANCE = timedelta(days=1)


def expired_changes(default_days: int | None = None) -> Iterator[ChangeQuerySet]:
    """For each period. `default_days` replaces the settings, but not an org's own days."""
    own = Org.objects.order_by("audit_days").values_list("audit_days", flat=True).distinct()
    for days in filter(None, own):
        yield _older_than(days, Change.objects.filter(org__audit_days=days))
    others = Change.objects.filter(org__audit_days=None)
    days_by_field = {} if default_days else settings.AUDIT_DAYS_BY_FIELD
    for field, days in days_by_field.items():
        yield _older_than(days, others.filter(field=field))
    if rest := default_days or settings.AUDIT_DAYS:
        yield _older_than(rest, others.exclude(field__in=days_by_field))


def count_by_org(changes: ChangeQuerySet) -> Counter[str]:
    return Counter(dict(changes.order_by().values_list("org__slug").annotate(Count("pk"))))


def audit_period(org: Org) -> str:
    """In words."""
    if org.audit_days or not settings.AUDIT_DAYS_BY_FIELD:
        return _in_words(org.audit_days or settings.AUDIT_DAYS)
    by_field = [f"{field} {_in_words(days)}" for field, days in settings.AUDIT_DAYS_BY_FIELD.items()]
    return "; ".join([*by_field, f"other fields {_in_words(settings.AUDIT_DAYS)}"])


def _in_words(days: int | None) -> str:
    return f"{days:,} days" if days else "without limit"


def _older_than(days: int, changes: ChangeQuerySet) -> ChangeQuerySet:
    """The changes before the first current one, by id.

    Concurrent writes can be dated in another order than their ids. Without this rule, a change could survive the one
    after it, whose text before it needs (`with_after`).
    """
    now = timezone.now()
    current = Q(created_at__range=(now - timedelta(days=days), now + CLOCK_TOLERANCE))
    first = changes.filter(current).order_by("pk").values_list("pk", flat=True).first()
    if first is not None:
        return changes.filter(pk__lt=first).exclude(current)
    last = changes.filter(created_at__lt=now).order_by("-pk").values_list("pk", flat=True).first()
    return changes.filter(pk__lte=last or 0).exclude(current)


def check_audit_fields(**kwargs: Any) -> list[CheckMessage]:
    fields = audited_fields()
    hint = f"The fields are: {', '.join(fields)}."
    return [
        Error(f"AUDIT_DAYS_BY_FIELD names {field!r}, which is not in the audit.", hint=hint, id="audit.E001")
        for field in settings.AUDIT_DAYS_BY_FIELD
        if field not in fields
    ]
