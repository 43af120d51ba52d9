"""What completed interviews say together. Interviews are counted, not sentences: see `Driver.is_counted`.

The newest interviews of a period are read with their deals and drivers, and filtered and counted in memory, because one
reading answers all questions of the page.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property, reduce
from operator import add
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, F, IntegerField, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Cast, JSONArray

from contacts.models import Contact
from deals.models import Outcome
from deals.text import company_key, label_key
from interviews.lifecycle import DriverSource, Review, Status
from interviews.models import Driver, InterviewRequest
from interviews.models.interview_request import reported_deals

MAX_INTERVIEWS = 2_000
"""Only the newest of a period are read, which limits the time. With 2,000, a share is known to two points."""

Cell = tuple[str, str]
"""A topic and a direction. Each interview has at most one driver of it that counts."""

LABELS = ("competitor", "segment", "owner")
OF_DEAL = JSONArray("outcome", *LABELS, Cast("amount", CharField()), Q(reported_reason__gt=""))
OUTCOME = JSONArray("outcome")
STRENGTHS = Q(review=Review.CONFIRMED) | Q(source=DriverSource.STAFF), Q(is_decisive=True), Q(is_reason=True)
# One number, because PostgreSQL takes 1.5 times as long to sort by three keys. Each counts more than all after it.
STRENGTH = reduce(add, (Case(When(each, then=4 >> place), default=0) for place, each in enumerate(STRENGTHS)))
STRONGEST_FIRST = (STRENGTH.desc(), F("completed_at").desc(), F("pk"))


@dataclass(frozen=True)
class Span:
    """Without its end."""

    since: datetime
    until: datetime

    def of(self, column: str) -> dict[str, datetime]:
        return {f"{column}__gte": self.since, f"{column}__lt": self.until}


class OfDeal(NamedTuple):
    """What the customer's system says about the deal of an interview."""

    outcome: str = ""
    competitor: str = ""
    segment: str = ""
    owner: str = ""
    amount: str | None = None
    is_reported: bool = False


class Interview(NamedTuple):
    pk: int
    interview_type: int
    status: str
    deal: OfDeal

    def label(self, name: str) -> str:
        text: str = getattr(self.deal, name)
        return text


class Said(NamedTuple):
    """A counted driver."""

    pk: int
    interview: int
    topic: str
    direction: str
    about_name: str


@dataclass(frozen=True)
class Selection:
    """Which interviews count. `org_ids` None: of all orgs, without test rooms. Empty values do not filter.

    `topic` chooses what is shown of the interviews, not the interviews.
    """

    org_ids: Collection[int] | None
    span: Span
    outcome: str = ""
    competitor: str = ""
    segment: str = ""
    owner: str = ""
    interview_type: int | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    topic: str = ""

    @cached_property
    def filters(self) -> tuple[str, ...]:
        names = ("outcome", *LABELS, "interview_type", "least", "most")
        return tuple(name for name in names if getattr(self, name) not in (None, ""))

    def missed_by(self, interview: Interview) -> set[str]:
        """The filters that leave the interview out."""
        return {name for name in self.filters if not self._fits(name, interview)}

    def _fits(self, name: str, interview: Interview) -> bool:
        if name in LABELS:
            return key_of(name, interview.label(name)) == key_of(name, getattr(self, name))
        if name == "outcome":
            return interview.deal.outcome == self.outcome
        if name == "interview_type":
            return interview.interview_type == self.interview_type
        amount, limit = interview.deal.amount, Decimal(getattr(self, name))  # a stored selection has it as a text
        return amount is not None and (Decimal(amount) >= limit if name == "least" else Decimal(amount) <= limit)

    def read(self, column: str = "completed_at", *, of_deal: JSONArray | None = OF_DEAL) -> list[Interview]:
        """The newest interviews of the span, whatever the filters are: at most MAX_INTERVIEWS + 1."""
        rows = self.of_orgs(InterviewRequest.objects.filter(**self.span.of(column))).order_by(f"-{column}")
        # A subquery, because PostgreSQL may read whole tables for a join.
        deal = Subquery(reported_deals().values(row=of_deal)[:1]) if of_deal else Value(None, IntegerField())
        columns = rows.annotate(deal=deal).values_list("pk", "interview_type", "status", "deal")
        found = columns[: MAX_INTERVIEWS + 1]
        return [Interview(pk, kind, status, OfDeal(*(deal or ()))) for pk, kind, status, deal in found]

    def newest_completion(self) -> datetime | None:
        completed = self.of_orgs(InterviewRequest.objects.filter(completed_at__isnull=False))
        newest: datetime | None = completed.order_by("-completed_at").values_list("completed_at", flat=True).first()
        return newest

    def of_orgs(self, rows: Any) -> Any:
        return rows.without_test_rooms() if self.org_ids is None else rows.filter(org__in=self.org_ids)


def key_of(name: str, label: str) -> str:
    """Equal for spellings of one thing."""
    return company_key(label) if name == "competitor" else label_key(label)


class Sample:
    """The newest interviews of a selection's span, the newest first."""

    def __init__(self, selection: Selection, *, of_deal: JSONArray | None = OF_DEAL) -> None:
        read = selection.read(of_deal=of_deal)
        self.selection = selection
        self.is_cut = len(read) > MAX_INTERVIEWS
        self.interviews = read[:MAX_INTERVIEWS]
        self.missed = {interview.pk: selection.missed_by(interview) for interview in self.interviews}

    @cached_property
    def chosen(self) -> list[Interview]:
        return [interview for interview in self.interviews if not self.missed[interview.pk]]

    @cached_property
    def of_any_competitor(self) -> list[Interview]:
        return [interview for interview in self.interviews if self.missed[interview.pk] <= {"competitor"}]

    @cached_property
    def said(self) -> list[Said]:
        """Of all interviews of the sample. The strongest come first."""
        columns = ("pk", "interview_request", "topic", "direction", "about_name")
        rows = self._drivers.order_by(*STRONGEST_FIRST).values_list(*columns) if self.interviews else ()
        return [Said(*row) for row in rows]

    @property
    def _drivers(self) -> Any:
        span = self.selection.span
        if self.is_cut:
            # None if it was deleted meanwhile.
            since = InterviewRequest.objects.filter(pk=self.interviews[-1].pk).values_list("completed_at", flat=True)
            span = replace(span, since=since.first() or span.since)
        return self.selection.of_orgs(Driver.objects.counted().filter(**span.of("completed_at")))

    @cached_property
    def chosen_ids(self) -> set[int]:
        return {interview.pk for interview in self.chosen}

    @cached_property
    def cells(self) -> Mapping[Cell, Sequence[Said]]:
        return by_cell(self.said, self.chosen_ids)

    @cached_property
    def numbers(self) -> Mapping[Cell, int]:
        """As `cells`, without the drivers."""
        drivers = self._drivers
        if self.selection.filters:
            drivers = drivers.filter(interview_request__in=self.chosen_ids)
        named = drivers.order_by().values_list("topic", "direction").annotate(number=Count("*"))
        return {(topic, direction): number for topic, direction, number in named}


def by_cell(drivers: Iterable[Said], interviews: Collection[int]) -> Mapping[Cell, list[Said]]:
    cells = defaultdict(list)
    for said in drivers:
        if said.interview in interviews:
            cells[said.topic, said.direction].append(said)
    return cells


def spellings(interviews: Iterable[Interview], name: str) -> list[tuple[str, list[Interview]]]:
    """The interviews by a label of their deals, in its most frequent spelling. Most interviews come first."""
    by_label: dict[str, list[Interview]] = defaultdict(list)
    for interview in interviews:
        by_label[interview.label(name)].append(interview)
    found: dict[str, tuple[str, list[Interview]]] = {}
    for label, rows in sorted(by_label.items(), key=lambda each: -len(each[1])):
        if key := key_of(name, label):
            found.setdefault(key, (label, []))[1].extend(rows)
    return sorted(found.values(), key=lambda each: -len(each[1]))


@dataclass(frozen=True)
class Asked:
    """Of the newest interview requests that were created in the span, those whose deals have one outcome."""

    outcome: str
    number: int
    completed: int


@dataclass(frozen=True)
class WinLoss:
    """`then`: of the span before."""

    now: Sample
    then: Sample
    asked: Sequence[Asked]


def win_loss(selection: Selection, before: Span) -> WinLoss:
    then = Sample(replace(selection, span=before), of_deal=OF_DEAL if selection.filters else None)
    return WinLoss(Sample(selection), then, _asked(selection))


def _asked(selection: Selection) -> list[Asked]:
    read = selection.read("created_at", of_deal=OF_DEAL if selection.filters else OUTCOME)[:MAX_INTERVIEWS]
    chosen = [interview for interview in read if not selection.missed_by(interview)]
    # "": without an outcome, or without a deal.
    asked = Counter(interview.deal.outcome for interview in chosen)
    completed = Counter(interview.deal.outcome for interview in chosen if interview.status == Status.COMPLETED)
    return [Asked(outcome, asked[outcome], completed[outcome]) for outcome in (*Outcome.values, "") if asked[outcome]]


def quotes_of(drivers: Iterable[Said]) -> dict[int, Driver]:
    """By id, in the same order. With the notes of contacts, which can name companies that a report hides."""
    pks = [said.pk for said in drivers]
    rows = Driver.objects.filter(pk__in=pks).select_related("interview_request__reported_deal")
    contacts = Prefetch("interview_request__contact", Contact.objects.only("email", "name", "notes"))
    found = {driver.pk: driver for driver in rows.prefetch_related(contacts)}
    return {pk: found[pk] for pk in pks if pk in found}
