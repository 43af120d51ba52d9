from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from django.utils.formats import date_format

from deals.models import Outcome
from interviews.lifecycle import Direction
from interviews.models import Driver, DriverChoice
from interviews.reports.competitors import Competitor, competitors_of
from interviews.reports.proportions import ENOUGH_INTERVIEWS, Share, differ
from interviews.reports.reported_reasons import Comparison, Verdict, compare_reasons
from interviews.reports.win_loss import (
    LABELS,
    MAX_INTERVIEWS,
    Cell,
    Said,
    Sample,
    Selection,
    Span,
    WinLoss,
    quotes_of,
    win_loss,
)
from staff.win_loss.form import Period
from staff.win_loss.naming import NO_OUTCOME, Naming, ShownQuote

DIRECTIONS = (Direction.AGAINST, Direction.FOR)
MAX_TOPICS, OFFERED_TOPICS = 10, 40
QUOTES, QUOTES_OF_A_COMPETITOR, QUOTES_OF_THE_TOPIC = 3, 2, 30
ENOUGH_OF_A_COMPETITOR = 5
SHOWN_COMPARISONS = 12
NAMES = {"interview_type": "interview type", "least": "amount from", "most": "amount to"}


class Reason(NamedTuple):
    """A topic that contacts speak on, for or against. `before`: in the period before, if it is known."""

    title: str
    share: Share
    before: Share
    quotes: Sequence[ShownQuote]

    @property
    def change(self) -> str:
        """Empty unless it is clear."""
        if not differ(self.share, self.before):
            return ""
        is_more = self.share.number * self.before.of > self.before.number * self.share.of
        return "clearly more" if is_more else "clearly less"


class Side(NamedTuple):
    """`reasons`: the most frequent first."""

    direction: Direction
    reasons: Sequence[Reason]
    more: int


class ShownCompetitor(NamedTuple):
    """`is_enough`: whether its interviews are enough to count topics."""

    competitor: Competitor
    beaten: Sequence[Reason]
    beating: Sequence[Reason]

    @property
    def sides(self) -> list[tuple[str, Sequence[Reason]]]:
        return [("Where we beat it", self.beaten), ("Where it beats us", self.beating)]

    @property
    def is_enough(self) -> bool:
        return self.competitor.interviews >= ENOUGH_OF_A_COMPETITOR


class ShownComparison:
    """`titles`: of the topics that the reported reason names. `reason`: it can name people, so it is not for all."""

    def __init__(self, comparison: Comparison, naming: Naming = Naming.STAFF) -> None:
        row = comparison.interview_request
        self.url = naming.url(row)
        self.source = naming.source(row, f"interview {row.pk}")
        self.reason = "" if naming.of(row) == Naming.ANONYMOUS else row.reported_deal.reported_reason
        self.titles = [*comparison.reported.values()]
        self.verdict = str(comparison.verdict.label)
        self.quotes = [ShownQuote(driver, naming) for driver in comparison.quotes[:2]]
        self.is_said_instead = not comparison.on_reported


@dataclass(frozen=True)
class Report:
    """What the page shows below its form. `missing`: why it has no figures."""

    found: WinLoss
    period: Period
    naming: Naming
    comparisons: Sequence[Comparison]
    competitors_found: Sequence[Competitor]
    missing: Sequence[str]

    @property
    def dates(self) -> str:
        return days_of(self.period.span)

    @property
    def dates_before(self) -> str:
        return days_of(self.period.before)

    @property
    def interviews(self) -> int:
        return len(self.found.now.chosen)

    @property
    def interviews_before(self) -> int:
        return len(self.found.then.chosen)

    @property
    def too_few(self) -> int:
        """How many interviews are missing for shares."""
        return max(0, ENOUGH_INTERVIEWS - self.interviews)

    @property
    def are_quotes_open(self) -> bool:
        return bool(self.too_few or self.found.now.selection.topic)

    @property
    def cut(self) -> str:
        return f"Counted are the newest {MAX_INTERVIEWS:,} of each period." if self.found.now.is_cut else ""

    @cached_property
    def sides(self) -> list[Side]:
        return [self._side(direction) for direction in DIRECTIONS]

    def _side(self, direction: Direction) -> Side:
        topic, before = self.found.now.selection.topic, self.found.then.numbers
        shown = [(cell, said) for cell, said in self._ranked(direction) if topic in ("", cell[0])]
        reasons = [
            self._reason(said, self.interviews, self._number_of_quotes(cell), before.get(cell, 0))
            for cell, said in shown[:MAX_TOPICS]
        ]
        return Side(direction, reasons, max(0, len(shown) - MAX_TOPICS))

    def _ranked(self, direction: Direction) -> list[tuple[Cell, Sequence[Said]]]:
        """The chosen topic comes first, then the most frequent one."""
        topic, cells = self.found.now.selection.topic, self.found.now.cells.items()
        of_direction = [(cell, said) for cell, said in cells if cell[1] == direction]
        return sorted(of_direction, key=lambda each: (each[0][0] != topic, -len(each[1]), each[0]))

    def _reason(self, drivers: Sequence[Said], of: int, quotes: int, before: int = 0) -> Reason:
        found = [self.quotes[said.pk] for said in drivers[:quotes] if said.pk in self.quotes]
        title = self.titles.get(drivers[0].topic, drivers[0].topic)
        shares = Share(len(drivers), of), Share(before, self.interviews_before)
        return Reason(title, *shares, [ShownQuote(driver, self.naming) for driver in found])

    def _number_of_quotes(self, cell: Cell) -> int:
        return QUOTES_OF_THE_TOPIC if cell[0] == self.found.now.selection.topic else QUOTES

    @cached_property
    def quotes(self) -> Mapping[int, Driver]:
        """The strongest of each topic and direction, and of each competitor."""
        of_competitors = (said for each in self.competitors_found for said in (*each.beaten, *each.beating))
        cells = (cell for direction in DIRECTIONS for cell in self._ranked(direction)[:OFFERED_TOPICS])
        strongest = [said[: self._number_of_quotes(cell)] for cell, said in cells]
        return quotes_of(chain(*strongest, *(said[:QUOTES_OF_A_COMPETITOR] for said in of_competitors)))

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """By topic, because guides can have different titles for a key: the most frequent one of the quotes."""
        counts = Counter((driver.topic, driver.title) for driver in self.quotes.values())
        return {topic: title for (topic, title), _ in reversed(counts.most_common())}

    @cached_property
    def undirected(self) -> int:
        """Interviews of earlier releases in which a topic made no difference, or had no direction."""
        cells = self.found.now.cells.items()
        return len({said.interview for (_, found), drivers in cells if found not in DIRECTIONS for said in drivers})

    @cached_property
    def competitors(self) -> list[ShownCompetitor]:
        return [
            ShownCompetitor(
                each,
                *(
                    [self._reason(said, each.interviews, QUOTES_OF_A_COMPETITOR) for said in side]
                    for side in (each.beaten, each.beating)
                ),
            )
            for each in self.competitors_found
        ]

    @cached_property
    def verdicts(self) -> list[tuple[str, Share]]:
        counts = Counter(comparison.verdict for comparison in self.comparisons)
        return [(str(verdict.label), Share(counts[verdict], len(self.comparisons))) for verdict in Verdict]

    @cached_property
    def compared(self) -> list[ShownComparison]:
        """Those that tell the most first: contradictions."""
        ordered = sorted(self.comparisons, key=lambda each: [*Verdict].index(each.verdict))
        return [ShownComparison(each, self.naming) for each in ordered[:SHOWN_COMPARISONS]]

    @cached_property
    def unreported(self) -> list[tuple[str, Share]]:
        """Topics that contacts gave as reasons, and the reported reasons did not name: most frequent first."""
        named = Counter(title for each in self.comparisons for title in {driver.title for driver in each.others})
        return [(title, Share(number, len(self.comparisons))) for title, number in named.most_common(5)]

    @cached_property
    def answered(self) -> list[tuple[str, Share]]:
        """By the label of an outcome."""
        labels = {**dict(Outcome.choices), "": NO_OUTCOME}
        return [(str(labels[asked.outcome]), Share(asked.completed, asked.number)) for asked in self.found.asked]

    @property
    def is_uneven(self) -> bool:
        """Whether one outcome is clearly less often answered than another one."""
        shares = [share for label, share in self.answered if label != NO_OUTCOME]
        return any(differ(first, second) for first in shares for second in shares)


def report_of(selection: Selection, period: Period, *, with_reasons: bool, naming: Naming = Naming.STAFF) -> Report:
    """`with_reasons`: whether who reads it may see the reported reasons of deals."""
    found = win_loss(selection, period.before)
    return Report(
        found=found,
        period=period,
        naming=naming,
        comparisons=compare_reasons(found.now) if with_reasons else [],
        competitors_found=competitors_of(found.now),
        missing=missing_in(found.now),
    )


def days_of(span: Span) -> str:
    first, last = (date_format(day, "j M Y") for day in (span.since, span.until - timedelta(days=1)))
    return f"{first} to {last}"


def missing_in(sample: Sample) -> list[str]:
    """Why the page has no figures, and what would change that."""
    if not sample.interviews:
        return [*_of_the_period(sample)]
    if not sample.chosen:
        return [*_of_filters(sample)]
    topic = sample.selection.topic
    if any(topic in ("", named) for named, _ in sample.cells):
        return []
    if sample.cells:
        return ["No contact spoke for or against on the topic. Choose another topic."]
    waiting = DriverChoice.objects.filter(interview_request__in=[interview.pk for interview in sample.chosen]).count()
    if waiting:
        wait = "waits" if waiting == 1 else "wait"
        return [f"Nothing is read from these interviews yet: {waiting:,} {wait} for the worker."]
    return ["No contact spoke for or against, as far as the answers were read."]


def _of_the_period(sample: Sample) -> Iterator[str]:
    newest = sample.selection.newest_completion()
    yield "No interview was completed in this period."
    yield f"The newest one was completed on {date_format(newest, 'j M Y')}." if newest else "There is none yet."


def _of_filters(sample: Sample) -> Iterator[str]:
    number = len(sample.interviews)
    yield f"None of the {number:,} interviews of this period fits all filters. What fits each of them:"
    for name in sample.selection.filters:
        fitting = sum(name not in missed for missed in sample.missed.values())
        line = f"{NAMES.get(name, name)}: {fitting:,} of {number:,}"
        if name in ("outcome", *LABELS):
            without = sum(not interview.label(name) for interview in sample.interviews)
            line += f"; {without:,} without one in their deals" if without else ""
        yield f"{line.capitalize()}."
