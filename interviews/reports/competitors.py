"""Competitors side by side, each by the interviews about its deals."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deals.models import Outcome
from deals.text import company_key
from interviews.lifecycle import Direction
from interviews.reports.win_loss import Interview, Said, Sample, by_cell, spellings

MAX_COMPETITORS, MAX_TOPICS = 6, 3


@dataclass(frozen=True)
class Competitor:
    """`beaten`, `beating`: where the vendor is better, and where the competitor is: drivers by topic."""

    name: str
    interviews: int
    won: int
    lost: int
    beaten: Sequence[Sequence[Said]]
    beating: Sequence[Sequence[Said]]


def competitors_of(sample: Sample) -> list[Competitor]:
    """Those of the most interviews, whatever competitor is chosen."""
    found = spellings(sample.of_any_competitor, "competitor")[:MAX_COMPETITORS]
    return [_competitor(name, interviews, sample) for name, interviews in found]


def _competitor(name: str, interviews: Sequence[Interview], sample: Sample) -> Competitor:
    key, outcomes = company_key(name), Counter(interview.label("outcome") for interview in interviews)
    pks = {interview.pk for interview in interviews}
    # What names another competitor says nothing about this one.
    said = [each for each in sample.said if each.interview in pks and company_key(each.about_name) in ("", key)]
    cells = by_cell(said, pks)

    def topics(direction: Direction) -> list[list[Said]]:
        """Topics on which this competitor is named come first."""
        of_direction = [drivers for (_, found), drivers in cells.items() if found == direction]
        named = {drivers[0].topic: sum(bool(each.about_name) for each in drivers) for drivers in of_direction}
        return sorted(of_direction, key=lambda each: (-named[each[0].topic], -len(each), each[0].topic))[:MAX_TOPICS]

    return Competitor(
        name=name,
        interviews=len(interviews),
        won=outcomes[Outcome.WON],
        lost=outcomes[Outcome.LOST],
        beaten=topics(Direction.FOR),
        beating=topics(Direction.AGAINST),
    )
