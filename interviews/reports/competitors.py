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
    """`beaten`, `beating`: where the vendor is better, and where the competitor is: drivers by topic.

    The topics of the most interviews come first, and of `beating` those on which the most contacts name the competitor.
    """

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
    ids = {interview.pk for interview in interviews}
    # What names another competitor says nothing about this one.
    said = [each for each in sample.said if each.interview in ids and company_key(each.about_name) in ("", key)]
    cells = by_cell(said, ids)
    topic = sample.selection.topic
    by_number = sorted(cells.items(), key=lambda each: (-len(each[1]), each[0]))
    shown = [(direction, said) for (found, direction), said in by_number if topic in ("", found)]
    against = sorted((said for direction, said in shown if direction == Direction.AGAINST), key=_named, reverse=True)
    return Competitor(
        name=name,
        interviews=len(interviews),
        won=outcomes[Outcome.WON],
        lost=outcomes[Outcome.LOST],
        beaten=[said for direction, said in shown if direction == Direction.FOR][:MAX_TOPICS],
        beating=against[:MAX_TOPICS],
    )


def _named(drivers: Sequence[Said]) -> int:
    """How many name the competitor."""
    return sum(bool(said.about_name) for said in drivers)
