from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from django.utils.formats import date_format

from hindsight.text.visible import visible
from interviews.lifecycle import Rating
from interviews.models import InterviewRequest
from interviews.services.state import rating_of
from staff.interviews.displayed_findings import NO_IDS, Findings, Quote, findings_of
from staff.interviews.displayed_turns import SpokenTurn, turns_of

DATE = "j F Y"


@dataclass(frozen=True)
class Section:
    """`entries`: lines by heading."""

    title: str
    entries: Mapping[str, Sequence[str]] = field(repr=False)


@dataclass(frozen=True)
class TranscriptDocument:
    """`facts`: labels and values."""

    title: str = field(repr=False)
    facts: Sequence[tuple[str, str]] = field(repr=False)
    findings: Findings = field(repr=False)
    turns: Sequence[SpokenTurn] = field(repr=False)

    @classmethod
    def of(cls, interview_request: InterviewRequest, driver_ids: Mapping[int, int] = NO_IDS) -> Self:
        """The interview request must have a transcript. `driver_ids`: see `findings_of()`."""
        contact = interview_request.contact
        return cls(
            title=f"{interview_request.interview_name}: {contact.name or contact.email}",
            facts=[*_facts(interview_request)],
            findings=findings_of(interview_request.transcript, driver_ids),
            turns=turns_of(interview_request),
        )

    @property
    def sections(self) -> list[Section]:
        coverage = {title: [_coverage_line(status, turns)] for title, status, turns in self.findings.coverage}
        sections = [*self._quotes, Section("What of the objective was answered", coverage)]
        return [section for section in sections if section.entries]

    @property
    def key_answers_text(self) -> str:
        """To paste into a mail."""
        parts = [self.title, *(f"{label}: {value}" for label, value in self.facts)]
        for section in self._quotes:
            for title, lines in section.entries.items():
                parts += ["", f"{section.title}: {title}", *lines]
        return visible("\n".join(parts))

    @property
    def _quotes(self) -> list[Section]:
        return [
            Section("Key answers", _lines(self.findings.key_answers)),
            Section("Drivers", _lines(self.findings.drivers)),
        ]


def _facts(interview_request: InterviewRequest) -> Iterator[tuple[str, str]]:
    contact, rating = interview_request.contact, rating_of(interview_request)
    yield "Contact", f"{contact.name} <{contact.email}>" if contact.name else contact.email
    yield "Customer", interview_request.org.name
    if interview_request.deal_id:
        yield "Deal", interview_request.deal_id
    if interview_request.completed_at:
        yield "Completed", date_format(interview_request.completed_at, DATE)
    if rating:
        yield "Rating", f"{rating} of {max(Rating)}: {Rating(rating).label}"


def _lines(quotes: Mapping[str, Sequence[Quote]]) -> dict[str, list[str]]:
    return {title: [_line(quote) for quote in quotes[title]] for title in quotes}


def _line(quote: Quote) -> str:
    direction = f"{quote.direction}: " if quote.direction else ""
    turn = f" (turn {quote.turn})" if quote.turn else ""
    return f"{direction}“{quote.text}”{turn}"


def _coverage_line(status: str, turns: Sequence[int]) -> str:
    return ", ".join([status.capitalize(), *(f"turn {turn}" for turn in turns)])
