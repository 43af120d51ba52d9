"""Links that show "Why we win and lose" of an org to somebody without a login, for a time."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from hindsight.http.logs import current_request_id
from interviews.models import ReportLink
from orgs.actors import Actor, ActorKind
from orgs.keys import digest_of
from orgs.models import EventKind, Org
from orgs.security_events import record_security_event

LONGEST = timedelta(days=366)


def create_report_link(
    *, org: Org, filters: Mapping[str, Any], with_names: bool, expires_at: datetime, created_by: str
) -> tuple[ReportLink, str]:
    """Returns the row and the token. `created_by`: a staff login. Raises ValidationError."""
    if not timedelta() < expires_at - timezone.now() <= LONGEST:
        raise ValidationError(f"Choose a day from today on, at most {LONGEST.days - 1} days ahead.")
    token = secrets.token_urlsafe(32)
    about = {"filters": filters, "with_names": with_names, "expires_at": expires_at, "created_by": created_by}
    return ReportLink.objects.create(org=org, digest=digest_of(token), **about), token


def revoke_report_link(*, org_id: int, link_id: int) -> ReportLink:
    """Keeps the time of an earlier revocation. Raises ReportLink.DoesNotExist."""
    links = ReportLink.objects.for_org(org_id).filter(pk=link_id)
    links.filter(revoked_at=None).update(revoked_at=timezone.now())
    return links.get()


@transaction.atomic
def note_opening(link: ReportLink, *, address: str) -> None:
    """`address`: of the client, for the log."""
    ReportLink.objects.filter(pk=link.pk).update(opened_count=F("opened_count") + 1, last_opened_at=timezone.now())
    actor = Actor(ActorKind.LINK, link.public_id, current_request_id())
    record_security_event(EventKind.REPORT_OPENED, actor, about=link, address=address)
