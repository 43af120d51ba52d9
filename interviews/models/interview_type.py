from django.db import models

from hindsight.db.ids import PublicId
from orgs.tenancy import TenantQuerySet


class InterviewType(PublicId, models.Model):
    """`guide`: see interviews.paige.guide."""

    ID_PREFIX = "type_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="interview_types", db_index=False)
    name = models.CharField(max_length=200)
    guide = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("org", "name"), name="interview_type_name_is_unique_in_org"),
            models.UniqueConstraint(fields=("org", "id"), name="interview_type_of_org"),
        )

    def __str__(self) -> str:
        return self.name
