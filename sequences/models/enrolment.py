from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.models import Contact
from hindsight.queue.models import Queued
from orgs.tenancy import OrgRowsQuerySet, SameOrg
from sequences.models.sequence import MAX_STEPS, Sequence, Step
from sequences.text import MAX_SUBJECT_LENGTH, MAX_TEXT_LENGTH


class StopReason(models.TextChoices):
    """Why no further mail leaves. Those of SUPPRESSING also keep the address from later mails."""

    COMPLETED = "completed", "the interview is completed"
    DECLINED = "declined", "the contact has declined"
    OPTED_OUT = "opted_out", "the contact has opted out"
    REPLIED = "replied", "the contact has replied"
    BOUNCED = "bounced", "the address does not exist"
    COMPLAINED = "complained", "the contact has reported a mail as spam"
    ERASED = "erased", "the contact was erased"
    CANCELLED = "cancelled", "the interview request was cancelled"
    SUSPENDED = "suspended", "the org was suspended"
    ARCHIVED = "archived", "the interview request or the sequence was archived"
    PERSON = "person", "a person has stopped it"
    EXPIRED = "expired", "nobody approved it, or the mail server did not accept it, for too long"


SUPPRESSING = (StopReason.OPTED_OUT, StopReason.BOUNCED, StopReason.COMPLAINED)


class EnrolmentQuerySet(OrgRowsQuerySet["Enrolment"]):
    def active(self) -> Self:
        return self.filter(finished_at=None)

    def to_approve(self) -> Self:
        return self.active().filter(mails__state=MailState.TO_APPROVE)

    def with_related(self) -> Self:
        """What a mail is made of. Org and contact are those of the interview request."""
        return self.select_related(
            "sequence", *(f"interview_request__{name}" for name in ("org", "contact", "interview_type"))
        )

    def locked(self) -> Self:
        """Locks the interview requests, as completing, cancelling and erasing do, then reads the rows. Who writes an
        enrolment or its mails has this lock, so that nothing that stops a mail changes while the mail is checked.
        """
        requests: Any = self.model._meta.get_field("interview_request").related_model
        rows = requests._default_manager.filter(pk__in=self.order_by().values("interview_request")).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))
        return self.with_related()


class Enrolment(models.Model):
    """A contact gets the mails of a sequence, for one interview request."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="enrolments", db_index=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.RESTRICT, related_name="enrolments")
    interview_request = models.OneToOneField(
        "interviews.InterviewRequest", on_delete=models.CASCADE, related_name="enrolment"
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="enrolments")
    approved_at = models.DateTimeField(null=True, help_text="Empty: nobody had to approve it, or has.")
    approved_by = models.CharField(max_length=150, blank=True, default="", help_text="The staff login.")
    opened_at = models.DateTimeField(null=True, help_text="When the survey page was first opened after a mail.")
    finished_at = models.DateTimeField(null=True, help_text="When it was stopped, or the last mail has left.")
    stop_reason = models.CharField(
        max_length=20, choices=StopReason, blank=True, default="", help_text="Empty: every mail has left."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "mails"  # as staff look for them
        default_permissions = ("view", "change")
        permissions = (
            ("view_own_enrolment", "Can view enrolments in orgs that they manage"),
            ("change_own_enrolment", "Can approve and stop mails in orgs that they manage"),
        )
        ordering = ("-id",)
        indexes = (models.Index(fields=("org", "-id"), name="enrolment_of_org_newest"),)
        constraints = (
            SameOrg("sequence", name="enrolment_sequence_is_of_org"),
            SameOrg("interview_request", name="enrolment_request_is_of_org"),
            SameOrg("contact", name="enrolment_contact_is_of_org"),
            models.UniqueConstraint(fields=("org", "id"), name="enrolment_of_org"),
            models.UniqueConstraint(
                fields=("org", "contact"), condition=Q(finished_at=None), name="enrolment_is_the_only_active_one"
            ),
            models.CheckConstraint(
                name="enrolment_stop_reason_is_known", condition=Q(stop_reason__in=["", *StopReason.values])
            ),
            models.CheckConstraint(
                name="enrolment_stopped_has_time", condition=Q(stop_reason="") | Q(finished_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"Enrolment {self.pk}"


class MailState(models.TextChoices):
    TO_APPROVE = "to_approve", "to approve"
    WAITING = "waiting", "waiting"
    SENT = "sent", "sent"
    STOPPED = "stopped", "stopped"


UNSENT = (MailState.TO_APPROVE, MailState.WAITING)


class MailQuerySet(OrgRowsQuerySet["Mail"]):
    def waiting(self) -> Self:
        return self.filter(state=MailState.WAITING)

    def unsent(self) -> Self:
        return self.filter(state__in=UNSENT)


class Mail(Queued):
    """It is in the queue while it waits. An enrolment has at most one unsent mail: the next one follows a sent one."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="mails", db_index=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="mails", db_index=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="mails")
    step = models.PositiveSmallIntegerField(help_text="The number of the step: 0 is the invitation.")
    state = models.CharField(max_length=20, choices=MailState)
    subject = models.CharField(
        max_length=MAX_SUBJECT_LENGTH,
        blank=True,
        default="",
        help_text="As a person has edited it, with placeholders. Empty: as the step says when the mail leaves.",
    )
    text = models.TextField(max_length=MAX_TEXT_LENGTH, blank=True, default="", help_text="Like the subject.")
    uuid = models.UUIDField(unique=True, default=uuid4, editable=False, help_text="Of the Message-ID.")
    attempts = models.PositiveIntegerField(default=0, help_text="How many times a worker has taken it.")
    failing_since = models.DateTimeField(null=True, help_text="The first attempt that the mail server did not accept.")
    last_error = models.CharField(max_length=100, blank=True, default="", help_text="A code, without an address.")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    objects: Any = MailQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ("-id",)
        indexes = (
            # For the queue: the oldest of each sequence, and those that workers have.
            models.Index(fields=("sequence", "due_at"), condition=Q(state=MailState.WAITING), name="mail_lane"),
            models.Index(
                fields=("leased_until",),
                condition=Q(state=MailState.WAITING, leased_until__isnull=False),
                name="mail_leased",
            ),
            models.Index(fields=("org", "id"), condition=Q(state=MailState.TO_APPROVE), name="mail_to_approve"),
            models.Index(fields=("sequence", "step", "state"), name="mail_by_step"),
            # For the first page: whom sequences have reached in a period.
            models.Index(fields=("sent_at", "org"), condition=Q(state=MailState.SENT, step=0), name="mail_first_sent"),
        )
        constraints = (
            SameOrg("sequence", name="mail_sequence_is_of_org"),
            SameOrg("enrolment", name="mail_enrolment_is_of_org"),
            models.UniqueConstraint(
                fields=("enrolment",), condition=Q(state__in=UNSENT), name="mail_is_the_only_unsent_one"
            ),
            models.CheckConstraint(name="mail_state_is_known", condition=Q(state__in=MailState.values)),
            models.CheckConstraint(name="mail_step_is_known", condition=Q(step__lt=MAX_STEPS)),
            models.CheckConstraint(
                name="mail_sent_has_time",
                condition=Q(state=MailState.SENT, sent_at__isnull=False)
                | (~Q(state=MailState.SENT) & Q(sent_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"Mail {self.pk}"

    def texts(self, sequence: Sequence) -> "Mail | Step | None":
        """What has its subject and text: itself if a person has edited it. None if the step was removed."""
        return self if self.subject else next((each for each in sequence.steps.all() if each.number == self.step), None)

    @property
    def message_id(self) -> str:
        """The same for each attempt: a mail server that gets the mail twice can drop one."""
        return f"<{self.uuid.hex}@{urlsplit(settings.PUBLIC_BASE_URL).hostname}>"
