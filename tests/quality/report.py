"""The results as a table, with the targets that are missed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from tests.quality import fact_table, measures
from tests.quality.fact_table import row
from tests.quality.interviews import Interview
from tests.quality.labelled_answers import HELD_BACK, IDIOMATIC, NATURAL, NEW, TUNING, Verdict, verdicts
from tests.quality.measures import Count, measure

Find = Callable[[Interview], Iterable[tuple[bool, str]]]


@dataclass(frozen=True)
class Target:
    """`allowed`: the share of misses. `shows_hits`: whether the table counts what is not missed."""

    title: str
    find: Find
    allowed: float = 0
    shows_hits: bool = False

    def count(self, interviews: Iterable[Interview]) -> Count:
        counts = [measure(interview, self.find) for interview in interviews]
        return Count(sum(each.of for each in counts), tuple(miss for each in counts for miss in each.misses))

    def is_missed(self, interviews: Iterable[Interview]) -> bool:
        count = self.count(interviews)
        return len(count.misses) > self.allowed * count.of

    def cell(self, interviews: Iterable[Interview]) -> str:
        count = self.count(interviews)
        shown = count.of - len(count.misses) if self.shows_hits else len(count.misses)
        return f"{shown} of {count.of}"

    @property
    def wanted(self) -> str:
        if self.shows_hits:
            return f"at least {1 - self.allowed:.0%}"
        return f"at most {self.allowed:.0%}" if self.allowed else "0"


# What a learned reader misses is a share, in all languages and in each. The committed weights miss less.
TARGETS = (
    Target("core topics asked", measures.core_topics, allowed=0.02, shows_hits=True),
    Target("wordings said twice", measures.wordings, allowed=0.02),
    Target("presses after a decline or a wish to stop", measures.declines),
    Target("follow-ups after a denial", measures.denials, allowed=0.25),
    Target("questions and wishes passed over", measures.questions_of_the_contact, allowed=0.06),
    Target("questions and wishes replied to as others", measures.other_replies, allowed=0.2),
    Target("replies to what nobody asked", measures.replies_to_nothing, allowed=0.01),
    Target("questions already answered", measures.answered_topics, allowed=0.05),
)


def missed_targets(interviews: Sequence[Interview]) -> list[Target]:
    """Those that all interviews miss, or those in one language."""
    groups = by_language(interviews).values()
    return [target for target in TARGETS if any(map(target.is_missed, groups))]


def by_language(interviews: Sequence[Interview]) -> Mapping[str, Sequence[Interview]]:
    languages = sorted({interview.respondent.language for interview in interviews})
    groups = {name: [each for each in interviews if each.respondent.language == name] for name in languages}
    return {"all": interviews, **groups}


def lines(interviews: Sequence[Interview]) -> Iterator[str]:
    """The languages are those of the answers."""
    groups = list(by_language(interviews).values())
    yield row("", *by_language(interviews), "target")
    yield row(":-", *["-:"] * (len(groups) + 1))
    for target in TARGETS:
        yield row(target.title, *map(target.cell, groups), target.wanted)
    yield row("interviews", *(str(len(group)) for group in groups), "")
    yield row("messages an interview", *(f"{mean(map(measures.turns, group)):.1f}" for group in groups), "")
    yield row("words an answer", *(f"{_words_an_answer(group):.1f}" for group in groups), "")
    yield from fact_table.lines()
    yield from _answers()
    for target in missed_targets(interviews):
        yield f"MISSED: {target.title}"
        for interview in interviews:
            yield from (f"- {interview.respondent.name}: {miss}" for miss in measure(interview, target.find).misses)


def _answers() -> Iterator[str]:
    yield ""
    yield row("single answers read", *Verdict)
    yield row(":-", *["-:"] * len(Verdict))
    for chosen in (TUNING, IDIOMATIC, HELD_BACK, NEW, NATURAL):
        counts = verdicts(chosen)
        yield row(chosen, *(str(counts[verdict]) for verdict in Verdict))


def _words_an_answer(interviews: Sequence[Interview]) -> float:
    return sum(map(measures.words, interviews)) / sum(len(interview.given) for interview in interviews)
