from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from orgs.actors import ActorKind
from orgs.models.append_only import AppendOnly, AppendOnlyRows
from orgs.tenancy import OrgRowsQuerySet


class ChangeQuerySet(AppendOnlyRows, OrgRowsQuerySet["Change"]):
    def of(self, obj: models.Model) -> "ChangeQuerySet":
        return self.filter(
            org_id=obj.org_id,  # type: ignore[attr-defined]
            object_type=obj._meta.model_name,
            object_id=obj.pk,
        ).order_by("-id")


class Change(AppendOnly):
    """Append-only, except for `orgs.audit_removal`.

    Has no foreign key to the object, because `orgs` is below `contacts` and `interviews`.
    """

    # The ORM must not delete changes. orgs.audit_removal deletes those of an org, after the org. At the commit, the
    # database checks that none is left: SQLite by the foreign key, PostgreSQL by a trigger (0020_append_only).
    org = models.ForeignKey("orgs.Org", on_delete=models.DO_NOTHING, related_name="changes", db_index=False)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    before = models.TextField(null=True, help_text="None: erased.")  # noqa: DJ001
    actor_kind = models.CharField(max_length=20, choices=ActorKind)
    actor = models.CharField(max_length=150, help_text="The prefix of the API key, the staff login, or the command.")
    request_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    after: str | None  # set by orgs.audit.with_after()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("org", "object_type", "object_id", "-id"), name="change_of_object"),
            # Small and cheap to write, because rows are added in the order of time. On SQLite it is an ordinary index.
            BrinIndex(fields=("created_at",), name="change_by_time"),
        )
        constraints = (
            models.CheckConstraint(
                name="change_actor_kind_is_known", condition=models.Q(actor_kind__in=ActorKind.values)
            ),
        )

    def __str__(self) -> str:
        return f"{self.field} of {self.object_type} {self.object_id} by {self.actor}"

    @property
    def is_erased(self) -> bool:
        return self.before is None
