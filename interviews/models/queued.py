from collections.abc import Iterable

from django.db import models

from hindsight.queue.models import Queued
from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import OrgRowsQuerySet, SameOrg

BATCH = 2_000


class DriverChoice(Queued):
    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="driver_choices")
    interview_request = models.OneToOneField(InterviewRequest, on_delete=models.CASCADE, related_name="driver_choice")

    class Meta(Queued.Meta):
        default_permissions = ()
        constraints = (SameOrg("interview_request", name="driver_choice_request_is_of_org"),)

    def __str__(self) -> str:
        return f"Driver choice {self.pk}"


class ScriptedInterview(Queued):
    """It is in the queue until the scripted buyer has answered (decision 56)."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="scripted_interviews")
    interview_request = models.OneToOneField(
        InterviewRequest, on_delete=models.CASCADE, related_name="scripted_interview"
    )

    class Meta(Queued.Meta):
        default_permissions = ()
        constraints = (SameOrg("interview_request", name="scripted_interview_request_is_of_org"),)

    def __str__(self) -> str:
        return f"Scripted interview {self.pk}"


class UnreadObjectiveQuerySet(OrgRowsQuerySet["UnreadObjective"]):
    def put(self, interview_requests: Iterable[tuple[int, int]], *, for_model: bool = False) -> None:
        """`interview_requests`: the id and the org of each. One that a worker reads meanwhile is read again."""
        self.bulk_create(
            _rows(interview_requests, for_model=for_model),
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["interview_request", "for_model"],
            update_fields=["leased_until"],
        )

    def put_missing(self, interview_requests: Iterable[tuple[int, int]]) -> None:
        """Does not touch those that are in the queue."""
        self.bulk_create(_rows(interview_requests), batch_size=BATCH, ignore_conflicts=True)


def _rows(interview_requests: Iterable[tuple[int, int]], **values: bool) -> list["UnreadObjective"]:
    """In the order of the ids, as the SQL of the PATCH inserts them: two transactions cannot deadlock."""
    return [
        UnreadObjective(interview_request_id=pk, org_id=org_id, **values) for pk, org_id in sorted(interview_requests)
    ]


class UnreadObjective(Queued):
    """An interview request whose objective, notes or guide have changed. It is in the queue until they are read, in a
    row of its own for each of the two readers.

    Without constraints in the database: a PATCH inserts it, and each would lock a row of another table.
    """

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    interview_request = models.ForeignKey(
        InterviewRequest, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    for_model = models.BooleanField(
        default=False, db_default=False, help_text="The encoder has read the objective, and a model is to read it too."
    )

    objects = UnreadObjectiveQuerySet.as_manager()

    class Meta(Queued.Meta):
        default_permissions = ()
        indexes = (
            models.Index(fields=("org", "for_model", "due_at"), name="unreadobjective_lane"),
            *Queued.Meta.indexes[1:],
        )
        constraints = (
            models.UniqueConstraint(fields=("interview_request", "for_model"), name="unreadobjective_is_unique"),
        )

    def __str__(self) -> str:
        return f"Unread objective {self.pk}"
