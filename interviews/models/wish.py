from django.db import models
from django.db.models import F, Q

from hindsight.db.ids import PublicId
from interviews.lifecycle import WISHES, Flag
from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import OrgRowsQuerySet, SameOrg


class WishQuerySet(OrgRowsQuerySet["Wish"]):
    def open(self) -> "WishQuerySet":
        return self.filter(done_at=None)


class Wish(PublicId, models.Model):
    """What a contact wants from people, until somebody has seen to it."""

    ID_PREFIX = "wish_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="wishes", db_index=False)
    interview_request = models.ForeignKey(InterviewRequest, on_delete=models.CASCADE, related_name="wishes")
    kind = models.CharField(max_length=20, choices=[(flag.value, flag.label) for flag in WISHES])
    created_at = models.DateTimeField(auto_now_add=True)
    owner = models.CharField(max_length=150, blank=True, default="", help_text="The staff login of who sees to it.")
    done_at = models.DateTimeField(null=True, blank=True)

    audited = ("owner", "done_at")

    objects = WishQuerySet.as_manager()

    class Meta:
        default_permissions = ("view", "change")
        permissions = (
            ("view_own_wish", "Can view wishes in orgs that they manage"),
            ("change_own_wish", "Can see to wishes in orgs that they manage"),
        )
        verbose_name_plural = "wishes"
        ordering = ("created_at", "id")
        indexes = (
            models.Index(fields=("org", "created_at", "id"), condition=Q(done_at=None), name="wish_open_of_org"),
            models.Index(F("org"), F("created_at").desc(), name="wish_of_org_newest"),
        )
        constraints = (
            SameOrg("interview_request", name="wish_request_is_of_org"),
            models.UniqueConstraint(fields=("interview_request", "kind"), name="wish_is_unique"),
            models.CheckConstraint(name="wish_kind_is_known", condition=Q(kind__in=[flag.value for flag in WISHES])),
        )

    def __str__(self) -> str:
        return f"{Flag(self.kind).label} ({self.public_id})"

    def audited_text(self, field: str) -> str:
        value = getattr(self, field)
        return "" if value is None else str(value)
