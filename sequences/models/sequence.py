from datetime import time
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from hindsight.db.ids import PublicId
from hindsight.db.keyset import ID_ORDER
from hindsight.db.versions import Versioned
from orgs.tenancy import OrgRowsQuerySet, SameOrg
from sequences.schedule import MAX_DELAY, Window
from sequences.text import MAX_ADDRESS_LENGTH, MAX_SENDER_LENGTH, MAX_SUBJECT_LENGTH, MAX_TEXT_LENGTH

MAX_STEPS = 5  # the invitation and four reminders
MAX_DAILY_CAP = 100_000


class SequenceQuerySet(OrgRowsQuerySet["Sequence"]):
    """`update()` does not count as a new version: the worker writes `counted` and `paused_until`."""

    def active(self) -> Self:
        return self.filter(archived_at=None)


class Sequence(PublicId, Versioned):
    """An invitation and its reminders. Those of a test room are never sent."""

    ID_PREFIX = "seq_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="sequences", db_index=False)
    # RESTRICT: an org is deleted with both.
    interview_type = models.ForeignKey("interviews.InterviewType", on_delete=models.RESTRICT, related_name="sequences")
    name = models.CharField(max_length=200, help_text="Contacts do not see it.")
    language = models.CharField(max_length=2, help_text="Of the texts, and of the lines below them.")
    sender_name = models.CharField(max_length=MAX_SENDER_LENGTH, help_text="Whom the mails come from.")
    reply_to = models.EmailField(help_text="Where a contact's reply goes.")
    postal_address = models.TextField(
        max_length=MAX_ADDRESS_LENGTH, help_text="Below each mail, as the law asks of commercial mail."
    )
    window_start = models.TimeField(default=time(9), help_text="Mails leave from Monday to Friday from this time on.")
    window_end = models.TimeField(default=time(17), help_text="No mail leaves from this time on.")
    time_zone = models.CharField(max_length=64, help_text="Of these times, such as Europe/Berlin.")
    daily_cap = models.PositiveIntegerField(default=50, help_text="How many mails may leave on one day.")
    needs_approval = models.BooleanField(
        default=True, help_text="A person reads the invitation of each contact before it leaves."
    )
    archived_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="It takes no new contacts, and no mail of it leaves."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    counted_on = models.DateField(null=True, editable=False, help_text="The day of `counted`, in the time zone.")
    counted = models.PositiveIntegerField(default=0, editable=False, help_text="Mails that left on that day.")
    paused_until = models.DateTimeField(
        null=True, editable=False, help_text="Workers take no mail of it before: outside the window, or at the cap."
    )

    objects = SequenceQuerySet.as_manager()

    if TYPE_CHECKING:
        steps: Any

    class Meta:
        ordering = ("-id",)
        permissions = (
            ("view_own_sequence", "Can view sequences of orgs that they manage"),
            ("add_own_sequence", "Can add sequences of orgs that they manage"),
            ("change_own_sequence", "Can change sequences of orgs that they manage"),
        )
        indexes = (models.Index("org", ID_ORDER, name="sequence_newest"),)
        constraints = (
            SameOrg("interview_type", name="sequence_type_is_of_org"),
            models.UniqueConstraint(fields=("org", "name"), name="sequence_name_is_unique_in_org"),
            models.UniqueConstraint(fields=("org", "id"), name="sequence_of_org"),
            models.CheckConstraint(name="sequence_window_opens", condition=Q(window_start__lt=F("window_end"))),
            models.CheckConstraint(
                name="sequence_cap_is_positive", condition=Q(daily_cap__gte=1, daily_cap__lte=MAX_DAILY_CAP)
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def window(self) -> Window:
        return Window(self.time_zone, self.window_start, self.window_end)


class Step(models.Model):
    """A mail of the sequence, with placeholders. Number 0 is the invitation, the others are reminders."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="+", db_index=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps", db_index=False)
    number = models.PositiveSmallIntegerField(default=0)
    delay = models.PositiveSmallIntegerField(
        default=0, help_text="Business days after the mail before, or after the enrolment."
    )
    subject = models.CharField(max_length=MAX_SUBJECT_LENGTH)
    text = models.TextField(max_length=MAX_TEXT_LENGTH)

    objects = OrgRowsQuerySet["Step"].as_manager()

    class Meta:
        default_permissions = ()
        ordering = ("number",)
        constraints = (
            SameOrg("sequence", name="sequence_step_is_of_org"),
            models.UniqueConstraint(fields=("sequence", "number"), name="sequence_step_is_unique"),
            models.CheckConstraint(name="sequence_step_is_known", condition=Q(number__lt=MAX_STEPS)),
            models.CheckConstraint(name="sequence_step_delay_is_short", condition=Q(delay__lte=MAX_DELAY)),
        )

    def __str__(self) -> str:
        return f"Step {self.number} of sequence {self.sequence_id}"
