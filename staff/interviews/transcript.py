"""What staff read of a completed interview: its turns and its findings, on the page and in files."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Self

from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from hindsight.text.visible import visible
from interviews.lifecycle import Coverage, Direction, Rating, Speaker, Wording
from interviews.models import InterviewRequest, Transcript
from interviews.paige.dialogue import CONTACT, PAIGE, blocks, unescaped
from interviews.services.state import rating_of

DATE = "j F Y"
SKIPPED = "(skipped)"
NO_IDS: Mapping[int, int] = MappingProxyType({})

# Where a quote begins and ends in the transcript's content.
Span = tuple[int, int]


@dataclass(frozen=True)
class SpokenTurn:
    """`engine` is empty if unknown. `is_worded`: by a model. `html`: the text, with an element around each quote."""

    speaker: str
    text: str
    engine: str = ""
    html: SafeString | str = ""
    is_worded: bool = False

    @property
    def label(self) -> str:
        return f"{self.speaker} (worded by a model)" if self.is_worded else self.speaker


@dataclass(frozen=True)
class Quote:
    """`turn` is 0 if the place is unknown. `driver_id`: of a driver that the person may review, or 0."""

    text: str
    turn: int = 0
    anchor: str = ""
    direction: str = ""
    review: str = ""
    driver_id: int = 0

    @property
    def line(self) -> str:
        direction = f"{self.direction}: " if self.direction else ""
        turn = f" (turn {self.turn})" if self.turn else ""
        return f"{direction}“{self.text}”{turn}"


Quotes = Mapping[str, Sequence[Quote]]


@dataclass(frozen=True)
class Findings:
    """Quotes by title. `coverage`: title, label and turns."""

    key_answers: Quotes
    drivers: Quotes
    coverage: Sequence[tuple[str, str, Sequence[int]]]


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
        """The interview request must have a transcript. `driver_ids`: by the start of the quote."""
        contact = interview_request.contact
        return cls(
            title=f"{interview_request.interview_name}: {contact.name or contact.email}",
            facts=[*_facts(interview_request)],
            findings=_findings(interview_request.transcript, driver_ids),
            turns=_turns(interview_request),
        )

    @property
    def sections(self) -> list[Section]:
        coverage = {
            title: [", ".join([status.capitalize(), *(f"turn {turn}" for turn in turns)])]
            for title, status, turns in self.findings.coverage
        }
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
            Section(heading, {title: [quote.line for quote in of_title] for title, of_title in quotes.items()})
            for heading, quotes in (("Key answers", self.findings.key_answers), ("Drivers", self.findings.drivers))
        ]


def speakers(contact_name: str) -> dict[Speaker, str]:
    return {Speaker.PAIGE: PAIGE, Speaker.CONTACT: contact_name or CONTACT}


def anchor_of(span: Span) -> str:
    return f"place-{span[0]}-{span[1]}"


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


def _turns(interview_request: InterviewRequest) -> list[SpokenTurn]:
    """From their rows, or else from the transcript. The answer to a skipped question has an empty text."""
    marked = _marked_turns(interview_request.transcript)
    turns = _stored_turns(interview_request) or _turns_of_transcript(interview_request)
    return [replace(turn, html=marked.get(number, turn.text or SKIPPED)) for number, turn in enumerate(turns, start=1)]


def _stored_turns(interview_request: InterviewRequest) -> list[SpokenTurn]:
    names = speakers(interview_request.contact.name)
    return [
        SpokenTurn(names[Speaker(turn.speaker)], turn.text, turn.engine, is_worded=turn.worded_by == Wording.MODEL)
        for turn in interview_request.turns.all()
    ]


def _turns_of_transcript(interview_request: InterviewRequest) -> list[SpokenTurn]:
    names, content = speakers(interview_request.contact.name), interview_request.transcript.content
    try:
        return [SpokenTurn(names[block.speaker], block.text, is_worded=block.is_worded) for block in blocks(content)]
    except ValueError:  # not in the format of render_transcript()
        return [SpokenTurn("", content)]


def _findings(transcript: Transcript, driver_ids: Mapping[int, int]) -> Findings:
    drivers: dict[str, list[Quote]] = {}
    for driver in transcript.drivers:
        quote = _quote(driver["quote"], driver, Direction(driver["direction"]).label)
        review, driver_id = driver.get("review") or "", driver_ids.get(driver["start"], 0)
        drivers.setdefault(driver["title"], []).append(replace(quote, review=review, driver_id=driver_id))
    return Findings(
        key_answers={
            topic["title"]: [_quote(*pair) for pair in zip_longest(topic["excerpts"], topic.get("places", []))]
            for topic in transcript.key_answers
        },
        drivers=drivers,
        coverage=[(each["title"], Coverage(each["status"]).label, each["turns"]) for each in transcript.coverage],
    )


def _quote(text: str, place: Mapping[str, Any] | None, direction: str = "") -> Quote:
    shown = visible(text)  # it also stands in attributes
    return Quote(shown, place["turn"], anchor_of((place["start"], place["end"])), direction) if place else Quote(shown)


def _marked_turns(transcript: Transcript) -> dict[int, SafeString]:
    """The text of quoted turns. Each quote is an element with its anchor as id."""
    spans: dict[int, set[Span]] = defaultdict(set)
    for place in _places(transcript):
        spans[place["turn"]].add((place["start"], place["end"]))
    content = transcript.content
    turns = enumerate(blocks(content) if spans else [], start=1)
    return {
        turn: _marked(content, (block.start, block.start + len(block.markdown)), _outer_first(spans[turn]))
        for turn, block in turns
        if turn in spans
    }


def _places(transcript: Transcript) -> Iterator[Mapping[str, int]]:
    for topic in transcript.key_answers:
        yield from topic.get("places", [])
    yield from transcript.drivers


def _outer_first(spans: Iterable[Span]) -> deque[Span]:
    return deque(sorted(spans, key=lambda span: (span[0], -span[1])))


def _marked(content: str, part: Span, spans: deque[Span]) -> SafeString:
    """Takes the spans that begin in the part. Cuts a span that ends after it, because elements must nest."""
    html, (at, end) = [], part
    while spans and spans[0][0] < end:
        span = spans.popleft()
        inner = span[0], min(span[1], end)
        html.append(escape(unescaped(content[at : inner[0]])))
        html.append(format_html('<span id="{}">{}</span>', anchor_of(span), _marked(content, inner, spans)))
        at = inner[1]
    return mark_safe("".join([*html, escape(unescaped(content[at:end]))]))  # noqa: S308 (all parts are escaped)
