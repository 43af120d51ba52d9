"""Workers, databases and mail servers that fail at any point of sending, and contacts that stop mails at any point.

A point is a statement of the database, or a command or reply of the mail server. POINTS=2000 tests so many.
"""

import os
import random
import smtplib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone

from interviews.models import InterviewRequest
from interviews.services.erasure import erase_contact
from interviews.services.scripted_buyer import complete
from orgs.models import Org
from sequences.mail import OptOutLink
from sequences.models import Enrolment, Mail, MailState, Sequence, StopReason, Suppression
from sequences.models.suppression import digests_of
from sequences.received import News
from sequences.services.stopping import opt_out, receive, stop
from tests.fakes.mail_server import MailServer
from tests.sequences.conftest import MONDAY, SAM, enrol
from tests.working import work_off
from tools.harness.processes import eventually

POINTS = int(os.environ.get("POINTS", "150"))
FARTHEST = 45  # a mail has about so many points
STEPS = 2


class Killed(BaseException):
    """SIGKILL: no handler of an error runs."""


@dataclass
class Fault:
    """At the point `number`, once. `happens` raises an error, or lets the point raise one."""

    number: int
    happens: Callable[[Any], None]
    points: int = 0
    place: str = ""

    def reach(self, place: str, server: Any = None) -> None:
        self.points += 1
        if self.points == self.number:
            self.place = place
            self.happens(server)


def kill(server: Any) -> None:
    if server is not None:
        server.sock.close()
    raise Killed


def lose_database(server: Any) -> None:
    if server is not None:
        return  # at the next statement
    if connection.vendor == "postgresql":
        connection.connection.close()
    else:
        raise OperationalError("disk I/O error")


def drop(server: Any) -> None:
    if server is not None:
        server.sock.shutdown(2)


@contextmanager
def points_of(fault: Fault) -> Iterator[None]:
    def execute(run: Any, sql: str, *arguments: Any) -> Any:
        fault.reach(sql.split()[0])
        return run(sql, *arguments)

    send, getreply = smtplib.SMTP.send, smtplib.SMTP.getreply

    def reaching_send(self: Any, text: Any) -> None:
        fault.reach("send", self)
        send(self, text)

    def reaching_reply(self: Any) -> Any:
        fault.reach("reply", self)
        return getreply(self)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(execute):
        patch.setattr(smtplib.SMTP, "send", reaching_send)
        patch.setattr(smtplib.SMTP, "getreply", reaching_reply)
        yield


def by_link(row: InterviewRequest) -> None:
    enrolment = row.enrolment
    opt_out(OptOutLink(row.org_id, enrolment.pk, digests_of(row.contact.email)[0]), everywhere=False)


def by_complaint(row: InterviewRequest) -> None:
    receive(News(StopReason.COMPLAINED, tuple(mail.uuid.hex for mail in row.enrolment.mails.all())))


STOPS: dict[str, Callable[[InterviewRequest], object]] = {
    "opted_out": by_link,
    "complained": by_complaint,
    "completed": complete,
    "erased": lambda row: erase_contact(org_id=row.org_id, contact_id=row.contact_id, actor=SAM),
    "cancelled": lambda row: InterviewRequest.objects.filter(pk=row.pk).update(cancelled_at=timezone.now()),
    "person": lambda row: stop(org_id=row.org_id, enrolment_ids=[row.enrolment.pk], reason=StopReason.PERSON),
}


@dataclass
class Tally:
    doubles: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_mail_is_lost_and_none_leaves_after_a_stop(
    acme: Org,
    sequence: Sequence,
    mails: MailServer,
    clock: time_machine.Traveller,
    record_property: Callable[[str, object], None],
) -> None:
    Sequence.objects.update(daily_cap=100_000)
    tally, dice = Tally(), random.Random(47)
    for number in range(POINTS):
        clock.move_to(MONDAY)
        Suppression.objects.all().delete()
        one_point(number, dice, sequence, mails, clock, tally)
    record_property("tally", str(tally))
    assert len(tally.outcomes) > 5
    assert {"SELECT", "UPDATE", "INSERT", "send", "reply"} <= tally.places.keys()
    assert tally.doubles < POINTS / 10


def one_point(
    number: int,
    dice: random.Random,
    sequence: Sequence,
    mails: MailServer,
    clock: time_machine.Traveller,
    tally: Tally,
) -> None:
    happens = dice.choice([kill, kill, lose_database, drop])
    stops = dice.choice([None, None, *STOPS])
    row = enrol(sequence, f"contact{number}@example.com")
    mails.mails.clear()
    if stops and dice.random() < 0.3:  # before any mail
        STOPS[stops](row)
        fault = Fault(0, happens)
    else:
        fault = Fault(1 + number % FARTHEST, happens)
        with suppress(Killed, OperationalError), points_of(fault):
            work_off("mails")
        if connection.connection is not None and getattr(connection.connection, "closed", False):
            connection.close()
        settled(mails)
        tally.places[fault.place] += 1
    before = Counter(str(mail["Message-ID"]) for mail in mails.mails)
    if stops and fault.number:
        STOPS[stops](InterviewRequest.objects.get(pk=row.pk))
    mails.mails.clear()
    drain(clock)
    settled(mails)
    after = Counter(str(mail["Message-ID"]) for mail in mails.mails)
    check(row, before, after, bool(stops), fault, tally)


def settled(mails: MailServer) -> None:
    """Waits until the mail server has seen that the dialogues are over."""
    assert eventually(lambda: mails.open_dialogues == 0)


def drain(clock: time_machine.Traveller) -> None:
    """Until the lease of a killed worker has expired, and the reminder has left."""
    for days in (0, 1, 7, 8):
        clock.move_to(MONDAY + timedelta(days=days, hours=1))
        work_off("mails")
        clock.shift(timedelta(minutes=11))
        work_off("mails")


def check(
    row: InterviewRequest, before: Counter[str], after: Counter[str], stopped: bool, fault: Fault, tally: Tally
) -> None:
    enrolment = Enrolment.objects.get(interview_request=row)
    told = f"{fault.happens.__name__} at point {fault.number} ({fault.place}), stopped: {stopped}"
    assert enrolment.finished_at is not None, told
    assert not Mail.objects.unsent().filter(enrolment=enrolment).exists(), told
    ids = {mail.message_id for mail in enrolment.mails.all()}
    assert before.keys() | after.keys() <= ids, told
    copies = before + after
    tally.outcomes[enrolment.stop_reason] += 1
    if stopped:
        assert enrolment.stop_reason, told
        assert not after, f"a mail after the stop: {told}"
    else:
        assert len(copies) == STEPS, f"a mail is lost: {told}"
        sent = enrolment.mails.filter(state=MailState.SENT)
        assert {mail.message_id for mail in sent} == copies.keys(), told
    doubles = sum(copies.values()) - len(copies)
    assert doubles <= 1, told
    if doubles:  # the server had accepted it, and nobody could say so
        [twice] = [key for key, count in copies.items() if count > 1]
        assert before[twice] == 1, told
        assert enrolment.mails.get(uuid=twice[1:33]).attempts > 1, told
    tally.doubles += doubles
