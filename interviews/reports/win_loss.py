"""What completed interviews say together. Interviews are counted, not sentences: see `Driver.is_counted`."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from django.db.models import Case, Count, F, IntegerField, Prefetch, QuerySet, Subquery, When, Window
from django.db.models.functions import RowNumber

from contacts.models import Contact
from deals.models import Outcome
from interviews.lifecycle import Review
from interviews.models import Driver, InterviewRequest
from interviews.models.interview_request import InterviewRequestQuerySet, reported_deals

MAX_TOPICS = 15
QUOTES_OF_A_CELL = 3
MAX_INTERVIEWS = 5_000
"""Only the newest of a period are read, which limits the time. More would hardly make a share more certain."""


@dataclass(frozen=True)
class Span:
    """Without its end."""

    since: datetime
    until: datetime

    def of(self, column: str) -> dict[str, datetime]:
        return {f"{column}__gte": self.since, f"{column}__lt": self.until}


@dataclass(frozen=True)
class Selection:
    """Which interviews count. `org_ids` None: of all orgs, without test rooms. Empty values do not filter."""

    org_ids: Collection[int] | None
    span: Span
    outcome: str = ""
    competitor: str = ""
    interview_type: int | None = None
    least: Decimal | None = None
    most: Decimal | None = None

    def newest(self, column: str = "completed_at") -> Self:
        """The newest MAX_INTERVIEWS interviews of the span, with any deal."""
        of_span = self._of_orgs(InterviewRequest.objects.filter(**self.span.of(column))).order_by(f"-{column}")
        oldest = of_span.values_list(column, flat=True)[MAX_INTERVIEWS - 1 : MAX_INTERVIEWS]
        return replace(self, span=Span(next(iter(oldest), self.span.since), self.span.until))

    def completed(self, **of_deal: Any) -> InterviewRequestQuerySet:
        rows = self._of(InterviewRequest.objects.filter(**self.span.of("completed_at")))
        wanted = {**self.of_deal, **of_deal}
        return rows.with_deal(**wanted) if wanted else rows

    @property
    def created(self) -> InterviewRequestQuerySet:
        """With any deal."""
        return self._of(InterviewRequest.objects.filter(**self.span.of("created_at")))

    @property
    def drivers(self) -> QuerySet[Driver]:
        of_span = Driver.objects.counted().filter(**self.span.of("completed_at"))
        drivers: QuerySet[Driver] = self._of_orgs(of_span).order_by()
        return drivers.filter(interview_request__in=self.chosen) if self.is_filtered else drivers

    @cached_property
    def chosen(self) -> list[int]:
        """Ids of the completed interviews. Read once, because finding their deals is slow."""
        return list(self.completed().values_list("pk", flat=True))

    @property
    def number(self) -> int:
        return len(self.chosen) if self.is_filtered else self.completed().count()

    @property
    def is_filtered(self) -> bool:
        return self.interview_type is not None or bool(self.of_deal)

    @property
    def of_deal(self) -> dict[str, Any]:
        chosen = {"outcome": self.outcome, "competitor": self.competitor}
        amounts = {"amount__gte": self.least, "amount__lte": self.most}
        return {name: value for name, value in {**chosen, **amounts}.items() if value not in (None, "")}

    def _of(self, rows: InterviewRequestQuerySet) -> InterviewRequestQuerySet:
        rows = self._of_orgs(rows).order_by()
        return rows if self.interview_type is None else rows.filter(interview_type=self.interview_type)

    def _of_orgs(self, rows: Any) -> Any:
        return rows.without_test_rooms() if self.org_ids is None else rows.filter(org__in=self.org_ids)


@dataclass(frozen=True)
class Cell:
    """Interviews in which a topic was named in one direction."""

    number: int = 0
    before: int = 0


@dataclass(frozen=True)
class Topic:
    key: str
    title: str
    cells: Mapping[str, Cell]
    quotes: Mapping[str, Sequence[Driver]]

    def cell(self, direction: str) -> Cell:
        return self.cells.get(direction, Cell())


@dataclass(frozen=True)
class Asked:
    """Of the newest interview requests that were created in the span, those whose deals have one outcome."""

    outcome: str
    number: int
    completed: int


@dataclass(frozen=True)
class WinLoss:
    """`interviews`, `before`: their numbers in the selection and in the span before. `topics`: most named first.

    `is_cut`: whether older interviews of the selection are left out.
    """

    interviews: int
    before: int
    is_cut: bool
    topics: Sequence[Topic]
    more_topics: int
    asked: Sequence[Asked]


def win_loss(selection: Selection, before: Span) -> WinLoss:
    now, then = selection.newest(), replace(selection, span=before).newest()
    topics = _topics(now, then)
    return WinLoss(
        interviews=now.number,
        before=then.number,
        is_cut=now.span != selection.span,
        topics=topics[:MAX_TOPICS],
        more_topics=max(0, len(topics) - MAX_TOPICS),
        asked=_asked(selection),
    )


def _topics(now: Selection, then: Selection) -> list[Topic]:
    numbers, before, quotes = _numbers(now), _numbers(then), _quotes(now)
    cells: dict[str, dict[str, Cell]] = defaultdict(dict)
    named = Counter[str]()
    for topic, direction in numbers | before:
        cells[topic][direction] = Cell(numbers[topic, direction], before[topic, direction])
        named[topic] += numbers[topic, direction]
    return [
        Topic(key, _title(quotes, key), of_topic, {direction: quotes[key, direction] for direction in of_topic})
        for key, of_topic in sorted(cells.items(), key=lambda each: (-named[each[0]], each[0]))
    ]


def _numbers(selection: Selection) -> Counter[tuple[str, str]]:
    named = selection.drivers.values_list("topic", "direction").annotate(number=Count("*"))
    return Counter({(topic, direction): number for topic, direction, number in named})


def _quotes(selection: Selection) -> Mapping[tuple[str, str], Sequence[Driver]]:
    """The strongest of each topic and direction: confirmed ones first, then reasons, then the newest."""
    order = (
        Case(When(review=Review.CONFIRMED, then=0), default=1, output_field=IntegerField()),
        F("is_reason").desc(),
        F("completed_at").desc(),
        F("pk"),
    )
    place = Window(RowNumber(), partition_by=[F("topic"), F("direction")], order_by=order)
    strongest = selection.drivers.annotate(place=place).filter(place__lte=QUOTES_OF_A_CELL).values_list("pk", flat=True)
    drivers = Driver.objects.filter(pk__in=list(strongest)).select_related("interview_request__reported_deal")
    quotes = defaultdict(list)
    for driver in drivers.prefetch_related(contacts_of("interview_request__")).order_by(*order):
        quotes[driver.topic, driver.direction].append(driver)
    return quotes


def contacts_of(path: str = "") -> "Prefetch[str]":
    """Without their notes."""
    return Prefetch(f"{path}contact", Contact.objects.only("email", "name"))


def _title(quotes: Mapping[tuple[str, str], Sequence[Driver]], key: str) -> str:
    """The title of a quote, because guides can have different titles for a key."""
    return next((of_cell[0].title for (topic, _), of_cell in quotes.items() if topic == key), key)


def _asked(selection: Selection) -> list[Asked]:
    deals = reported_deals().filter(**selection.of_deal)
    by_outcome = selection.newest("created_at").created.values(outcome=Subquery(deals.values("outcome")[:1]))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in by_outcome.annotate(number=Count("*"), completed=Count("completed_at")):
        if row["outcome"] is None and selection.of_deal:
            continue  # its deal does not match
        # "": without an outcome, or without a deal.
        counts[row["outcome"] or ""].update(number=row["number"], completed=row["completed"])
    return [Asked(outcome, **counts[outcome]) for outcome in (*Outcome.values, "") if outcome in counts]
