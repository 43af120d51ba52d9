"""What the mails of a sequence lead to: the figures on its page, on the first page and in its export."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from interviews.models import InterviewRequest
from interviews.reports.mail_figures import MailFigures, completed_after_mail, export_figures, figures_by_sequence
from interviews.reports.proportions import Share
from interviews.services.scripted_buyer import complete
from orgs.models import Org
from sequences.models import Mail, MailState, Sequence, StopReason
from sequences.services.enrolments import put_mail, record_opening
from sequences.services.stopping import suppress
from tests.factories import SequenceFactory
from tests.sequences.conftest import MONDAY, clock, enrol, sequence

__all__ = ["clock", "sequence"]


def send(row: InterviewRequest, step: int) -> None:
    if step:
        put_mail(row.enrolment, step=step, state=MailState.WAITING, after=timezone.now())
    Mail.objects.filter(enrolment=row.enrolment, step=step).update(state=MailState.SENT, sent_at=timezone.now())


def numbers(figures: MailFigures) -> tuple[int, ...]:
    """Sent, opened, started, completed, opted out."""
    return figures.sent, *(share.number for share in figures.shares)


def test_an_event_counts_for_the_last_mail_that_had_left_before_it(
    acme: Org, globex: Org, sequence: Sequence, clock: time_machine.Traveller
) -> None:
    alice, bob, carol = (enrol(sequence, f"{name}@example.com") for name in ("alice", "bob", "carol"))
    record_opening(interview_request_id=carol.pk)  # before any mail: it counts for none
    clock.shift(timedelta(minutes=1))
    for row in (alice, bob, carol):
        send(row, 0)
    clock.shift(timedelta(hours=1))
    record_opening(interview_request_id=alice.pk)
    complete(alice)
    clock.move_to(MONDAY + timedelta(days=7))
    for row in (bob, carol):
        send(row, 1)
    clock.shift(timedelta(hours=1))
    record_opening(interview_request_id=bob.pk)
    suppress(email="bob@example.com", org_id=acme.pk, reason=StopReason.OPTED_OUT)
    [figures] = figures_by_sequence([sequence.pk, SequenceFactory.create(org=globex).pk]).values()
    shown = {number: numbers(found) for number, found in figures.items()}
    assert shown == {None: (3, 2, 1, 1, 1), 0: (3, 1, 1, 1, 0), 1: (2, 1, 0, 0, 1)}
    [newest] = figures_by_sequence([sequence.pk], newest=2).values()
    assert numbers(newest[None]) == (2, 1, 0, 0, 1)
    assert figures[None].shares[2] == Share(1, 3)
    assert figures[None].shares[2].interval == (6, 79)
    assert completed_after_mail(MONDAY, None) == completed_after_mail(MONDAY, [acme.pk]) == Share(1, 3)
    assert completed_after_mail(MONDAY, [globex.pk]) == completed_after_mail(timezone.now(), None) == Share(0, 0)
    records = list(export_figures(Sequence.objects.all()))
    assert [(each["mail"], each["sent"], each["completed"]["number"]) for each in records] == [
        (None, 3, 1),
        (0, 3, 1),
        (1, 2, 0),
    ]
    assert records[0]["completed"] == {"number": 1, "percent": 33, "low": 6, "high": 79}
