"""What workers read. The model has a kind of its own, so that the encoder never waits for it."""

from abc import abstractmethod
from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from hindsight.db.keyset import pk_batches
from hindsight.queue.kinds import Kind
from hindsight.queue.shares import Shares
from interviews.lifecycle import Progress
from interviews.models import InterviewRequest, UnreadObjective
from interviews.paige.reading.stored import READ_BY_THIS_VERSION
from interviews.services.readings import WITH_A_REASON, ask_model, read_steering
from orgs.models import Org

BATCH = 2_000
LONGEST_UPGRADE = timedelta(days=1)
"""How long old servers may run after the first new worker has started."""


class Readings(Kind[UnreadObjective]):
    """`for_model`: of the rows. `condition`: of the interview requests that are read."""

    shares = Shares(org=1)
    lease_time = timedelta(minutes=3)  # the model has at most a minute
    for_model = False
    condition = Q()

    def rows(self) -> QuerySet[UnreadObjective]:
        return UnreadObjective.objects.filter(for_model=self.for_model)

    @abstractmethod
    def read(self, interview_request: InterviewRequest) -> None: ...

    def run(self, row: UnreadObjective) -> None:
        related = InterviewRequest.objects.select_related("org", "contact", "interview_type", "conversation")
        if found := related.filter(self.condition, pk=row.interview_request_id).first():
            self.read(found)
        # Another lease: a change has put it into the queue again meanwhile.
        UnreadObjective.objects.filter(pk=row.pk, leased_until=row.leased_until).delete()


class EncoderReadings(Readings):
    name = "objectives to read"
    threads = 2

    def start(self) -> Iterator[None]:
        """Queues what another version of the reader has read, and what an old server may have changed or erased, except
        for guides. Deletes the rows of orgs that an old server has deleted.
        """
        UnreadObjective.objects.filter(~Exists(Org.objects.filter(pk=OuterRef("org_id")))).delete()
        is_blank = Q(objective="", contact__notes="") & ~WITH_A_REASON
        outdated = ~is_blank & ~Q(reading__startswith=READ_BY_THIS_VERSION) | is_blank & ~Q(reading="")
        to_read = outdated | _recently_changed()
        for batch in pk_batches(InterviewRequest.objects.all(), BATCH):  # so that no statement is long
            found = InterviewRequest.objects.filter(to_read, pk__in=batch)
            UnreadObjective.objects.put_missing(found.values_list("pk", "org_id"))
            yield

    def read(self, interview_request: InterviewRequest) -> None:
        read_steering(interview_request)


class ModelReadings(Readings):
    name = "objectives for the model"
    threads = 1
    for_model = True
    condition = Q(
        progress__in=(Progress.NOT_STARTED, Progress.STARTED),
        cancelled_at=None,
        archived_at=None,
        survey_token__isnull=False,
    )
    """Those that are still to be answered."""

    def read(self, interview_request: InterviewRequest) -> None:
        ask_model(interview_request)


def _recently_changed() -> Q:
    since = timezone.now() - LONGEST_UPGRADE
    return reduce(or_, (Q(**{f"{of}updated_at__gte": since}) for of in ("", "contact__", "reported_deal__")))
