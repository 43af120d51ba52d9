import re
import secrets
from collections.abc import Collection
from datetime import datetime
from hashlib import md5
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q

from contacts.models import Contact
from deals.models import Deal
from deals.text import MAX_DEAL_ID_LENGTH
from hindsight.db.ids import is_id
from hindsight.db.keyset import ID_ORDER
from hindsight.db.texts import optional_long_text, optional_text
from hindsight.db.versions import ClockTime, Versioned, VersionedUpdate
from hindsight.text.timestamps import utc_text
from interviews.lifecycle import NEXT_STATUSES, Flag, Progress, Status
from interviews.models.interview_type import InterviewType
from orgs.tenancy import OrgRowsQuerySet, SameOrg


def new_survey_token() -> str:
    """256 random bits: anyone who has the token can answer."""
    return secrets.token_urlsafe(32)


class RowVersions(NamedTuple):
    interview_request: int
    contact: int


class Versions(NamedTuple):
    """Of what GET shows. A transcript changes only with its request.

    `activity`: the time of the conversation's last activity, as text; empty before it begins. An answer changes no
    version, so that it makes no PATCH with `If-Match` fail. `reading`: the digest of what is stored as the reading of
    objective and notes, for the same reason.
    """

    interview_request: int
    contact: int
    guide: int
    activity: str = ""
    reading: str = ""


READING_DIGEST_LENGTH = 8


def digest_of_reading(reading: str) -> str:
    """The same as in the SQL of the PATCH. Empty if nothing was read."""
    digest = md5(reading.encode(), usedforsecurity=False).hexdigest()
    return digest[:READING_DIGEST_LENGTH] if reading else ""


# Per search, newest first.
MAX_MATCHED_CONTACTS = 500


class InterviewRequestQuerySet(VersionedUpdate, OrgRowsQuerySet["InterviewRequest"]):
    def with_versions(self) -> Self:
        """Omits the guides."""
        related = self.select_related("contact", "interview_type", "conversation")
        return related.defer("interview_type__guide", "conversation__guide", "conversation__translation")

    def of_survey_token(self, token: str) -> Self:
        """Includes the rows that the survey page needs, without the guides, also of suspended orgs."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{43}", token):
            return self.none()  # PostgreSQL refuses NUL in a parameter
        return self.filter(survey_token=token).with_versions().select_related("org")

    def unanswered(self, interview_type: InterviewType, *, email: str, deal_id: str) -> Self:
        """Those that the contact can still complete."""
        found = self.for_org(interview_type.org_id).filter(contact__email=email, deal_id=deal_id)
        return found.filter(interview_type=interview_type, cancelled_at=None, archived_at=None).exclude(
            status=Status.COMPLETED
        )

    def store_reading(self, pk: int, reading: str) -> None:
        """Without a new version: a PATCH with `If-Match` does not fail because the worker has read the objective."""
        models.QuerySet.update(self.filter(pk=pk), reading=reading)

    def lock(self) -> None:
        list(self.order_by("pk").select_for_update().values_list("pk"))

    def search(self, text: str) -> Self:
        # Two queries, because no index covers both tables.
        contacts = Contact.objects.search(text).order_by("-id").values_list("pk", flat=True)
        return self.filter(_has_id_or_deal(text) | Q(contact__in=list(contacts[:MAX_MATCHED_CONTACTS])))

    def with_id_or_deal(self, text: str) -> Self:
        return self.filter(_has_id_or_deal(text))


def reported_deals() -> Any:
    """For a subquery of interview requests: the deal of each."""
    return Deal.objects.filter(org=OuterRef("org"), deal_id=OuterRef("deal_id")).order_by()


def _has_id_or_deal(text: str) -> Q:
    by_deal = Q(deal_id__startswith=text)
    return by_deal | Q(pk=int(text)) if is_id(text) else by_deal


class InterviewRequest(Versioned):
    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="interview_requests", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="interview_requests")
    interview_type = models.ForeignKey(InterviewType, on_delete=models.PROTECT, related_name="interview_requests")
    deal_id = models.CharField(
        max_length=MAX_DEAL_ID_LENGTH, blank=True, help_text="The customer's own id of the deal."
    )
    # A join, without a column and without a constraint (decision 56).
    reported_deal = models.ForeignObject(
        Deal,
        on_delete=models.DO_NOTHING,
        from_fields=("org", "deal_id"),
        to_fields=("org", "deal_id"),
        null=True,
        editable=False,
        related_name="+",
        help_text="What the customer's system says about the deal. None if it says nothing.",
    )
    objective = models.TextField(blank=True)
    picks = optional_long_text(
        "The topics that staff have picked, until the objective changes: see paige/objective.py."
    )
    subjects = optional_long_text(
        "The subjects as staff have corrected them, until the objective changes: see paige/objective.py."
    )
    status = models.CharField(max_length=20, choices=Status, default=Status.CREATED)
    progress = models.CharField(
        max_length=20, choices=Progress, default=Progress.NOT_STARTED, db_default=Progress.NOT_STARTED, editable=False
    )
    survey_token = models.CharField(
        max_length=43,
        unique=True,
        null=True,
        blank=True,
        default=new_survey_token,
        editable=False,
        help_text="Null once the contact is erased.",
    )
    flags = optional_text(60, "What the contact wants: values of Flag, separated by spaces.", editable=False)
    reading = optional_long_text(
        "Of objective, notes and reported reason, as JSON with their digests. Empty: not read yet.", editable=False
    )
    email_sent_at = models.DateTimeField("sent at", null=True, blank=True)  # empty until a mail of Paige has left
    completed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Staff have taken it off their list. Customers do not see it."
    )
    cancelled_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Nobody is to answer it: its survey link says so."
    )

    # Audited fields by the field whose change clears them.
    cleared_by = {"objective": ("picks", "subjects")}
    audited = ("objective", *cleared_by["objective"])

    objects = InterviewRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        permissions = (("view_own_interviewrequest", "Can view interview requests of orgs that they manage"),)
        indexes = (
            models.Index("org", ID_ORDER, name="interview_request_newest"),
            models.Index("org", "status", ID_ORDER, name="interview_request_by_status"),
            models.Index("org", "progress", ID_ORDER, name="interview_request_by_progress"),
            models.Index("org", "deal_id", ID_ORDER, name="interview_request_by_deal"),
            models.Index("org", ID_ORDER, condition=Q(cancelled_at__isnull=False), name="interview_request_cancelled"),
            models.Index(fields=("org", "updated_at", "id"), name="interview_request_updated"),
            models.Index(
                fields=("org", "completed_at", "id"),
                condition=Q(completed_at__isnull=False),
                name="interview_request_completed",
            ),
            models.Index(fields=("deal_id",), opclasses=("varchar_pattern_ops",), name="request_of_any_org_by_deal"),
            models.Index(fields=("status", "id"), name="request_of_any_org_by_status"),
            models.Index(fields=("id",), condition=~Q(flags=""), name="request_of_any_org_flagged"),
            models.Index(fields=("id",), condition=Q(archived_at__isnull=False), name="request_of_any_org_archived"),
            # For lists of all orgs, and for statistics, which read no other column.
            models.Index(fields=("created_at", "org", "status"), name="request_by_creation"),
            models.Index(
                fields=("completed_at", "org"),
                condition=Q(completed_at__isnull=False),
                name="request_by_completion",
            ),
        )
        constraints = (
            SameOrg("contact", name="interview_request_contact_is_of_org"),
            SameOrg("interview_type", name="interview_request_type_is_of_org"),
            models.UniqueConstraint(fields=("org", "id"), name="interview_request_of_org"),
            models.CheckConstraint(name="interview_request_status_is_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="interview_request_progress_is_known", condition=Q(progress__in=Progress.values)
            ),
            models.CheckConstraint(
                name="interview_request_completed_has_time",
                condition=Q(status=Status.COMPLETED, completed_at__isnull=False)
                | (~Q(status=Status.COMPLETED) & Q(completed_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"Interview request {self.pk}"

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Without the join: Django would read the deal, of which the customer's system may have said nothing."""
        super().clean_fields({*(exclude or ()), "reported_deal"})

    def transition_to(self, status: Status, **changes: datetime | ClockTime | Progress | None) -> None:
        """Raises ValueError if NEXT_STATUSES does not allow the transition."""
        if status not in NEXT_STATUSES[self.status]:
            raise ValueError(f"An interview request cannot go from {self.status} to {status}.")
        self.status = status
        for field, value in changes.items():
            setattr(self, field, value)
        self.save(update_fields=["status", *changes])
        self.refresh_from_db(fields=list(changes))

    @property
    def is_completed(self) -> bool:
        return self.status == Status.COMPLETED

    @property
    def last_change(self) -> datetime:
        """What the API shows as `updated_at`: the contact's time counts too (decision 22)."""
        own: datetime = self.updated_at
        return max(own, self.contact.updated_at) if self.contact.version > 1 else own

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def raised_flags(self) -> list[Flag]:
        return [Flag(flag) for flag in self.flags.split()]

    def save_flags(self, flags: Collection[Flag]) -> None:
        self.flags = " ".join(flag for flag in Flag if flag in flags)
        self.save(update_fields=["flags", "progress"])

    @property
    def guide(self) -> Any:
        return getattr(self, "conversation", self.interview_type).guide

    @property
    def guide_version(self) -> int:
        version: int = getattr(self, "conversation", self.interview_type).guide_version
        return version

    @property
    def interview_name(self) -> str:
        """The interview type's name before consent and after an erasure."""
        conversation = getattr(self, "conversation", None)
        name: str = conversation.guide_name if conversation else self.interview_type.name
        return name

    @property
    def versions(self) -> Versions:
        conversation = getattr(self, "conversation", None)
        activity = utc_text(conversation.last_activity_at) if conversation else ""
        read = digest_of_reading(self.reading)
        return Versions(self.version, self.contact.version, self.guide_version, activity, read)

    @property
    def survey_url(self) -> str | None:
        return survey_url_of(self.survey_token, self.org.survey_base_url)


def survey_url_of(token: str | None, base_url: str) -> str | None:
    """None once the contact is erased. `base_url`: the org's own, or empty."""
    return None if token is None else f"{base_url or settings.PUBLIC_BASE_URL}/survey?token={token}"
