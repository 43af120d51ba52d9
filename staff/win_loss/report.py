from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

from django.utils.formats import date_format

from deals.models import Outcome
from interviews.lifecycle import Direction
from interviews.reports.proportions import ENOUGH_POINTS, Share, differ, interviews_missing
from interviews.reports.reported_reasons import Comparison, Verdict, compare_reasons
from interviews.reports.win_loss import MAX_INTERVIEWS, Selection, Span, Topic, WinLoss, win_loss
from staff.win_loss.form import Period
from staff.win_loss.naming import NO_OUTCOME, Naming, ShownQuote

DIRECTIONS = (Direction.AGAINST, Direction.FOR, Direction.NEUTRAL, Direction.UNCLEAR)
SHOWN_COMPARISONS = 12


@dataclass(frozen=True)
class Bar:
    """Interviews that name a topic in one direction, of all."""

    direction: Direction
    share: Share
    before: Share
    quotes: Sequence[ShownQuote]

    @property
    def width(self) -> int:
        """Of the interval, in percent."""
        low, high = self.share.interval or (0, 0)
        return high - low

    @property
    def is_clear_change(self) -> bool:
        return differ(self.share, self.before)

    @property
    def change_text(self) -> str:
        if self.share.percent is None or self.before.percent is None:
            return "\N{EN DASH}"
        change = self.share.percent - self.before.percent
        points = f"{change:+d}".replace("-", "\N{MINUS SIGN}") if change else "±0"
        return f"{points} points" + (", a clear change" if self.is_clear_change else "")


class ShownTopic(NamedTuple):
    title: str
    bars: Sequence[Bar]

    @property
    def quoted(self) -> list[Bar]:
        return [bar for bar in self.bars if bar.quotes]


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
    """What the page shows below its form."""

    found: WinLoss
    period: Period
    comparisons: Sequence[Comparison]
    naming: Naming

    @property
    def dates(self) -> str:
        return _days(self.period.span)

    @property
    def dates_before(self) -> str:
        return _days(self.period.before)

    @property
    def cut(self) -> str:
        return f"Counted are the newest {MAX_INTERVIEWS:,} of each period." if self.found.is_cut else ""

    @property
    def missing(self) -> str:
        number = interviews_missing(self.found.interviews)
        return f"{number} more interviews for ±{ENOUGH_POINTS} points" if number else ""

    @cached_property
    def topics(self) -> list[ShownTopic]:
        return [ShownTopic(topic.title, [*self._bars(topic)]) for topic in self.found.topics]

    def _bars(self, topic: Topic) -> Iterator[Bar]:
        for direction in DIRECTIONS:
            if direction in topic.cells or direction != Direction.UNCLEAR:
                cell, quotes = topic.cell(direction), topic.quotes.get(direction, ())
                share, before = Share(cell.number, self.found.interviews), Share(cell.before, self.found.before)
                yield Bar(direction, share, before, [ShownQuote(driver, self.naming) for driver in quotes])

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
    comparisons = compare_reasons(selection) if with_reasons else []
    return Report(win_loss(selection, period.before), period, comparisons, naming)


def _days(span: Span) -> str:
    first, last = (date_format(day, "j M Y") for day in (span.since, span.until - timedelta(days=1)))
    return f"{first} to {last}"
