from datetime import date, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from hindsight.db.ids import PublicId
from orgs.keys import digest_of
from orgs.tenancy import OrgRowsQuerySet

KEPT_AFTER_END = timedelta(days=30)


class ReportLinkQuerySet(OrgRowsQuerySet["ReportLink"]):
    def valid(self) -> "ReportLinkQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), org__is_active=True)

    def of_token(self, token: str) -> "ReportLinkQuerySet":
        return self.valid().filter(digest=digest_of(token)).select_related("org")

    def outdated(self) -> "ReportLinkQuerySet":
        return self.filter(expires_at__lt=timezone.now() - KEPT_AFTER_END)


class ReportLink(PublicId, models.Model):
    """Shows "Why we win and lose" of an org to whoever has the token. Staff see it once: only its digest is stored."""

    ID_PREFIX = "report_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="report_links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    filters = models.JSONField(encoder=DjangoJSONEncoder, help_text="What the report counts, as the page has read it.")
    with_names = models.BooleanField(default=False)
    created_by = models.CharField(max_length=150, help_text="The staff login.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened_count = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)

    objects = ReportLinkQuerySet.as_manager()

    class Meta:
        default_permissions = ("add",)
        permissions = (("add_own_reportlink", "Can make report links for orgs that they manage"),)
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(name="report_link_expires_later", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(
                name="report_link_opened_has_time",
                condition=Q(opened_count=0, last_opened_at=None) | Q(opened_count__gt=0, last_opened_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"Report link {self.public_id}"

    @property
    def state(self) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "valid" if self.expires_at > timezone.now() else "ended"

    @property
    def last_day(self) -> date:
        return (self.expires_at - timedelta(microseconds=1)).date()
