from datetime import time
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from hindsight.db.ids import PublicId
from hindsight.db.keyset import ID_ORDER
from hindsight.db.versions import Versioned
from hindsight.text.languages import language_name
from orgs.tenancy import OrgRowsQuerySet, SameOrg
from sequences.schedule import MAX_DELAY, Window
from sequences.text import MAX_SUBJECT_LENGTH, MAX_TEXT_LENGTH, validate_line, validate_subject, validate_text

MAX_STEPS = 5  # the invitation and four reminders
MAX_DAILY_CAP = 100_000


def languages() -> list[tuple[str, str]]:
    return [(code, language_name(code)) for code, _ in settings.LANGUAGES]


@cache
def time_zones() -> list[tuple[str, str]]:
    names = sorted(name for name in available_timezones() if name == "UTC" or ("/" in name and name[:3] != "Etc"))
    return [(name, name.replace("_", " ")) for name in names]


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
    language = models.CharField(max_length=2, choices=languages, help_text="Of the texts, and of the lines below them.")
    sender_name = models.CharField(
        "sender", max_length=100, validators=[validate_line], help_text="Whom the mails come from."
    )
    reply_to = models.EmailField("reply address", help_text="Where a contact's reply goes.")
    postal_address = models.TextField(
        max_length=500, validators=[validate_text], help_text="Below each mail, as the law asks of commercial mail."
    )
    window_start = models.TimeField("mails leave from", default=time(9), help_text="From Monday to Friday.")
    window_end = models.TimeField("until", default=time(17), help_text="No mail leaves from this time on.")
    time_zone = models.CharField(
        max_length=64, choices=time_zones, help_text="Of the two times. They follow its daylight saving."
    )
    daily_cap = models.PositiveIntegerField(
        "mails a day",
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_DAILY_CAP)],
        help_text="At most. A new sender's first weeks need a low number: mail servers trust it by and by.",
    )
    needs_approval = models.BooleanField(
        "a person approves each invitation before it leaves",
        default=True,
        help_text="The reminders that follow need no further approval.",
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

    def clean(self) -> None:
        errors = {}
        if self.window_start >= self.window_end:
            errors["window_end"] = "The window never opens. Enter a time after its start, on the same day."
        if self.org.sequences.exclude(pk=self.pk).filter(name=self.name).exists():
            errors["name"] = "This org has a sequence with this name."
        if errors:
            raise ValidationError(errors)

    @property
    def window(self) -> Window:
        return Window(self.time_zone, self.window_start, self.window_end)


class Step(models.Model):
    """A mail of the sequence, with placeholders. Number 0 is the invitation, the others are reminders."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="+", db_index=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps", db_index=False)
    number = models.PositiveSmallIntegerField(default=0)
    delay = models.PositiveSmallIntegerField(
        "business days after the mail before",
        default=0,
        validators=[MaxValueValidator(MAX_DELAY)],
        help_text="Of the invitation: after the enrolment.",
    )
    subject = models.CharField(max_length=MAX_SUBJECT_LENGTH, validators=[validate_subject])
    text = models.TextField(max_length=MAX_TEXT_LENGTH, validators=[validate_text])

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

    def clean(self) -> None:
        if self.number == 0 and "{link}" not in self.text:
            text = "The invitation needs the placeholder {link}: without it, nobody can answer."
            raise ValidationError({"text": text})
