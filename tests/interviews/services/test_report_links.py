"""A report link is valid until its end or its revocation, and counts how often it was opened."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from interviews.models import ReportLink
from interviews.services.erasure import delete_org
from interviews.services.report_links import create_report_link, note_opening, revoke_report_link
from orgs.models import Org, SecurityEvent
from orgs.services import suspend_org
from tests.commands.running import run
from tests.interviews.steps import SAM


def new_link(org: Org, days: float = 7, **values: Any) -> tuple[ReportLink, str]:
    given = {"filters": {}, "with_names": False, "created_by": "sam", **values}
    return create_report_link(org=org, expires_at=timezone.now() + timedelta(days=days), **given)


def test_only_the_token_opens_it_and_only_its_digest_is_stored(acme: Org) -> None:
    link, token = new_link(acme)
    assert ReportLink.objects.of_token(token).get() == link
    assert not ReportLink.objects.of_token(link.digest).exists()
    assert token not in str(ReportLink.objects.values())


@pytest.mark.parametrize("days", [-1, 0, 366.5])
def test_an_end_in_the_past_or_too_far_ahead_is_refused(acme: Org, days: float) -> None:
    with pytest.raises(ValidationError, match="at most 365 days ahead"):
        new_link(acme, days)
    assert not ReportLink.objects.exists()


def test_it_is_revoked_once_and_only_for_its_org(acme: Org, globex: Org) -> None:
    link, token = new_link(acme)
    with pytest.raises(ReportLink.DoesNotExist):
        revoke_report_link(org_id=globex.pk, link_id=link.pk)
    assert ReportLink.objects.of_token(token).exists()
    revoked_at = revoke_report_link(org_id=acme.pk, link_id=link.pk).revoked_at
    assert revoked_at is not None
    assert not ReportLink.objects.of_token(token).exists()
    assert revoke_report_link(org_id=acme.pk, link_id=link.pk).revoked_at == revoked_at


def test_it_ends(acme: Org) -> None:
    link, token = new_link(acme)
    now = timezone.now()
    ReportLink.objects.update(created_at=now - timedelta(days=8), expires_at=now)
    assert not ReportLink.objects.of_token(token).exists()
    link.refresh_from_db()
    assert link.state == "ended"


def test_a_suspended_org_has_no_reports_and_a_deleted_one_no_links(acme: Org) -> None:
    _, token = new_link(acme)
    suspend_org(org_id=acme.pk, reason="Invoice unpaid")
    assert not ReportLink.objects.of_token(token).exists()
    delete_org(org_id=acme.pk, actor=SAM)
    assert not ReportLink.objects.exists()


def test_each_opening_counts_and_is_a_security_event(acme: Org) -> None:
    link, _ = new_link(acme)
    stale = ReportLink.objects.get()
    for opened in (link, stale):
        note_opening(opened, address="192.0.2.1")
    link.refresh_from_db()
    assert link.opened_count == 2
    assert link.last_opened_at is not None
    events = SecurityEvent.objects.filter(kind="report_opened")
    assert [(each.actor_kind, each.actor, each.org, each.subject) for each in events] == [
        ("link", link.public_id, "acme", str(link.pk))
    ] * 2


def test_purge_deletes_a_link_thirty_days_after_its_end(acme: Org) -> None:
    kept, _ = new_link(acme)
    old, _ = new_link(acme)
    now = timezone.now()
    for link, days in ((kept, 29), (old, 31)):
        ReportLink.objects.filter(pk=link.pk).update(
            created_at=now - timedelta(days=60), expires_at=now - timedelta(days=days)
        )
    for options, left in ((("--dry-run",), 2), ((), 1)):
        assert "report links\t-\t1" in run("purge", *options).splitlines()
        assert ReportLink.objects.count() == left
    assert ReportLink.objects.get() == kept
