from typing import Self

from django.db import models
from django.db.models import Prefetch, Q

from hindsight.db.foreign_keys import DeletedWith
from hindsight.db.ids import PublicId
from interviews.lifecycle import Direction, Review
from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import OrgRowsQuerySet, SameOrg


class DriverQuerySet(OrgRowsQuerySet["Driver"]):
    def not_rejected(self) -> Self:
        return self.exclude(review=Review.REJECTED)

    def counted(self) -> Self:
        return self.filter(is_counted=True)


def prefetched_drivers() -> "Prefetch[str]":
    """As `said` of interview requests, in the order of the transcript, without rejected ones."""
    return Prefetch("drivers", Driver.objects.not_rejected().order_by("start"), to_attr="said")


class Driver(PublicId, models.Model):
    """A driver of a transcript as a row, so that those of many interviews can be counted and listed (decision 60)."""

    ID_PREFIX = "drv_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="drivers", db_index=False)
    interview_request = models.ForeignKey(
        InterviewRequest, on_delete=models.CASCADE, related_name="drivers", db_index=False
    )
    completed_at = models.DateTimeField(help_text="When the interview was completed.")
    topic = models.CharField(max_length=40, help_text="The key of a topic of the guide.")
    title = models.TextField(help_text="The topic's title in the guide.")
    direction = models.CharField(max_length=10, choices=Direction)
    quote = models.TextField()
    turn = models.PositiveSmallIntegerField()
    start = models.PositiveIntegerField(help_text="In code points of the transcript's content, as is the end.")
    end = models.PositiveIntegerField()
    is_reason = models.BooleanField(help_text="Whether the contact gives it as a reason for the decision.")
    review = models.CharField(max_length=10, choices=Review, blank=True, default="")
    is_counted = models.BooleanField(
        help_text="Whether it is the strongest one of its topic and direction in the interview, and not rejected."
    )

    audited = ("review",)

    objects = DriverQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = (
            ("review_driver", "Can confirm and reject drivers"),
            ("review_own_driver", "Can confirm and reject drivers in orgs that they manage"),
        )
        indexes = (
            models.Index(fields=("org", "completed_at", "id"), name="driver_of_org_newest"),
            models.Index(
                fields=("org", "completed_at", "topic", "direction", "interview_request"),
                condition=Q(is_counted=True),
                name="driver_of_org_counted",
            ),
            # For all orgs.
            models.Index(
                fields=("completed_at", "org", "topic", "direction", "interview_request"),
                condition=Q(is_counted=True),
                name="driver_of_any_org_counted",
            ),
        )
        constraints = (
            SameOrg("interview_request", name="driver_request_is_of_org"),
            DeletedWith("interview_request", table="interviews_transcript", name="driver_is_of_a_transcript"),
            models.UniqueConstraint(fields=("interview_request", "start"), name="driver_place_is_unique"),
            models.UniqueConstraint(
                fields=("interview_request", "topic", "direction"),
                condition=Q(is_counted=True),
                name="driver_is_counted_once",
            ),
            models.CheckConstraint(name="driver_direction_is_known", condition=Q(direction__in=Direction.values)),
            models.CheckConstraint(name="driver_review_is_known", condition=Q(review__in=["", *Review.values])),
            models.CheckConstraint(
                name="driver_rejected_is_not_counted", condition=~Q(review=Review.REJECTED, is_counted=True)
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def strength(self) -> tuple[bool, bool, int]:
        """The greatest is that of a driver that a person has confirmed, then of a reason, then of the first one."""
        return self.review == Review.CONFIRMED, self.is_reason, -self.start
