"""The facts that Paige and a form bring out of the scripted buyers, as a table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from tests.quality.buyer_interviews import BuyerInterview, by_form, by_paige
from tests.quality.buyers import HELD_BACK, TUNING, Buyer, Fact, buyers

COLUMNS = ("Paige", "form", "ratio", "on objective", "form", "ratio", "follow-ups", "facts each", "nothing new")
AIM = ("", "", "1.40", "", "", "2.20", "", "", "25%")


def row(*cells: str) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cell.ljust(43 if i == 0 else 16) for i, cell in enumerate(cells)) + " |"


@dataclass(frozen=True)
class Facts:
    """`known`: all that the buyers could tell."""

    known: int
    told: int
    known_on_objective: int
    told_on_objective: int

    @classmethod
    def of(cls, interviews: Iterable[BuyerInterview]) -> Self:
        known, told = list[Fact](), list[Fact]()
        for interview in interviews:
            known += interview.buyer.facts
            told += interview.facts
        return cls(len(known), len(told), sum(fact.objective for fact in known), sum(fact.objective for fact in told))


def lines() -> Iterator[str]:
    """Each buyer of the tuning half; the other half in total, so that nobody tunes on it."""
    yield ""
    yield row("facts of scripted buyers", *COLUMNS)
    yield row(":-", *["-:"] * len(COLUMNS))
    for buyer in buyers(TUNING):
        yield row(f"{buyer.name}, {buyer.style}", *_cells([buyer]))
    for title, folder in (("tuning", TUNING), ("held back", HELD_BACK)):
        yield from _totals(title, list(buyers(folder)))
    yield row("aim", *AIM)


def _totals(title: str, every: Sequence[Buyer]) -> Iterator[str]:
    languages = sorted({buyer.language for buyer in every})
    for name in languages:
        yield row(f"{title}, {name}", *_cells([buyer for buyer in every if buyer.language == name]))
    if every:
        yield row(title, *_cells(every))


def _cells(every: Sequence[Buyer]) -> Iterator[str]:
    interviews = list(map(by_paige, every))
    paige, form = Facts.of(interviews), Facts.of(map(by_form, every))
    yield from _compared(paige.told, form.told, paige.known)
    yield from _compared(paige.told_on_objective, form.told_on_objective, paige.known_on_objective)
    brought = [len(reply.facts) for interview in interviews for reply in interview.follow_ups]
    yield str(len(brought))
    yield f"{sum(brought) / max(1, len(brought)):.2f}"
    yield f"{brought.count(0) / max(1, len(brought)):.0%}"


def _compared(paige: int, form: int, known: int) -> tuple[str, str, str]:
    return f"{paige} of {known}", str(form), f"{paige / max(1, form):.2f}"
