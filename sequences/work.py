"""Sends mails, one attempt for each lease. No transaction is open while the mail server is asked.

- The connection is opened first. Then `_claimed()` locks what can stop the mail, asks the table of reasons, and takes
  one of the day's mails; only the dialogue of this one mail follows. What stops it meanwhile comes too late.
- After the server has accepted the mail, a transaction says so and puts the next one into the queue. If the worker is
  killed in between, or the connection breaks before the server's answer arrives, the mail is sent again when the lease
  has expired, with the same Message-ID.
- A lane is a sequence, so its mails leave one at a time. Outside its window, and once its mails of the day have left,
  the sequence is paused, and has no lane.
"""

import logging
import smtplib
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import DatabaseError, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from hindsight.db.statements import retried
from hindsight.metrics.instruments import MAILS
from hindsight.queue.kinds import Kind
from hindsight.queue.models import is_leased
from hindsight.queue.shares import Lane, Shares
from sequences.mail import mail_is_set_up, message_of
from sequences.models import Enrolment, Mail, MailState, Sequence, StopReason
from sequences.schedule import retry_after
from sequences.services.enrolments import put_mail
from sequences.services.stopping import announce, finish, reason_to_stop, suppress

logger = logging.getLogger(__name__)

SERVER_SECONDS = 60  # for each answer: a server that checks the mail after DATA takes longer than others
LONGEST_DIALOGUE = 9  # answers, from the greeting to the end of the data


class Mails(Kind[Mail]):
    name = "mails"
    threads = 4
    shares = Shares(org=2)
    lease_time = timedelta(seconds=SERVER_SECONDS * (LONGEST_DIALOGUE + 1))
    lane = "sequence_id"
    written = ("attempts",)

    def rows(self) -> QuerySet[Mail]:
        waiting: QuerySet[Mail] = Mail.objects.waiting().select_related("org")
        return waiting

    def due_lanes(self, now: datetime) -> list[Lane]:
        if not mail_is_set_up():
            return []
        open_now = Sequence.objects.filter(Q(paused_until=None) | Q(paused_until__lte=now))
        return [Lane(pk, org_id) for pk, org_id in self.with_due_rows(open_now, now).values_list("pk", "org_id")]

    def leased_lanes(self, now: datetime) -> list[Lane]:
        leased = self.rows().filter(is_leased(now)).order_by()
        return [Lane(pk, org_id) for pk, org_id in leased.values_list("sequence_id", "org_id")]

    def begin(self, row: Mail, now: datetime) -> bool:
        if row.leased_until is not None:  # a worker was killed: the mail may have left
            MAILS.labels("unclear").inc()
        row.attempts += 1
        return True

    def run(self, row: Mail) -> None:
        send(row)


def send(mail: Mail) -> None:
    """`mail`: leased. One of a test room counts as sent, and does not leave."""
    backend = "django.core.mail.backends.dummy.EmailBackend" if mail.org.is_test_room else None
    connection = get_connection(backend, timeout=SERVER_SECONDS)
    message = None
    try:
        connection.open()
        if message := _claimed(mail):
            connection.send_messages([message])
    except DatabaseError:  # the mail is due again when its lease has expired
        raise
    except Exception as error:  # of smtplib, sockets, or a provider's client
        _fail(mail, error, message)
    else:
        if message:
            _succeed(mail)
    finally:
        connection.close()


@retried
@transaction.atomic
def _claimed(mail: Mail) -> EmailMultiAlternatives | None:
    """What is to be sent, or None if the mail may not leave, now or ever."""
    enrolment = Enrolment.objects.filter(pk=mail.enrolment_id).locked().first()
    own = Mail.objects.waiting().filter(pk=mail.pk, attempts=mail.attempts)  # empty if another worker has it by now
    row = own.first()
    if enrolment is None or row is None:
        return None
    if reason := reason_to_stop(enrolment):
        finish(enrolment, reason)
        return None
    sequence, now = enrolment.sequence, timezone.now()
    texts = row.texts(sequence)
    if texts is None:
        finish(enrolment, "")
        return None
    if opens_at := _opens_at(sequence, now):
        Sequence.objects.filter(pk=sequence.pk).update(paused_until=opens_at)
        own.update(leased_until=None)
        return None
    return message_of(row, enrolment, texts)


def _opens_at(sequence: Sequence, now: datetime) -> datetime | None:
    """Takes one of the day's mails. None if the mail may leave now."""
    window = sequence.window
    if not window.is_open(now):
        return window.next_open(now)
    today = window.day_of(now)
    is_today = Q(counted_on=today)
    free = Sequence.objects.filter(~is_today | Q(counted__lt=F("daily_cap")), pk=sequence.pk)
    counted = Case(When(is_today, then=F("counted") + 1), default=Value(1))
    return None if free.filter(archived_at=None).update(counted=counted, counted_on=today) else window.tomorrow(now)


@retried
@transaction.atomic
def _succeed(mail: Mail) -> None:
    """Also if the lease has expired, or the mail was stopped meanwhile: it has left."""
    MAILS.labels("sent").inc()
    rows = Enrolment.objects.filter(pk=mail.enrolment_id).locked()
    enrolment = rows.select_related(None).select_related("sequence", "interview_request").first()
    if enrolment is None:  # deleted meanwhile
        return
    now, own = timezone.now(), Mail.objects.filter(pk=mail.pk)
    is_sent = {"state": MailState.SENT, "sent_at": now, "failing_since": None, "last_error": "", "leased_until": None}
    goes_on = own.waiting().update(**is_sent)
    if not goes_on:
        own.update(**is_sent)
    interview_request = enrolment.interview_request
    if interview_request.email_sent_at is None:
        interview_request.email_sent_at = now
        interview_request.save(update_fields=["email_sent_at"])
        announce("interview.sent", enrolment)
    if goes_on and not put_mail(enrolment, step=mail.step + 1, state=MailState.WAITING, after=now):
        finish(enrolment, "")


@retried
@transaction.atomic
def _fail(mail: Mail, error: Exception, message: EmailMultiAlternatives | None) -> None:
    """`message`: None if the connection has failed."""
    MAILS.labels("failed").inc()
    code = code_of(error)
    logger.warning("Mail %d was not accepted: %s.", mail.pk, code)
    enrolment = Enrolment.objects.filter(pk=mail.enrolment_id).locked().first()
    own = Mail.objects.waiting().filter(pk=mail.pk, attempts=mail.attempts)
    row, now = own.first(), timezone.now()
    if enrolment is None or row is None:
        return
    if message:  # it is not one of the day's
        today = Sequence.objects.filter(pk=mail.sequence_id, counted_on=enrolment.sequence.window.day_of(now))
        today.filter(counted__gt=0).update(counted=F("counted") - 1)
    since = row.failing_since or now
    own.update(failing_since=since, last_error=code, leased_until=None)
    if message and is_bounce(error):
        suppress(email=message.to[0], org_id=enrolment.org_id, reason=StopReason.BOUNCED)
        finish(enrolment, StopReason.BOUNCED)
    elif delay := retry_after(now - since):
        own.update(due_at=now + delay)
    else:
        finish(enrolment, StopReason.EXPIRED)


def is_bounce(error: Exception) -> bool:
    """Whether the server says for good that there is no such recipient. Other refusals, such as of the sender (5.7.1),
    say nothing about the address.
    """
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return type(error).__name__ == "AnymailRecipientsRefused"
    return all(code >= 500 and b"5.7." not in reply for code, reply in error.recipients.values())


def code_of(error: Exception) -> str:
    """Without what the server writes, which can contain the address."""
    replies: Any = getattr(error, "recipients", None)
    code = next(iter(replies.values()))[0] if isinstance(replies, dict) else getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {code}".strip()[:100]
