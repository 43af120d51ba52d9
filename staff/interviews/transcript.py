"""What staff read of a completed interview: its turns and its findings, on the page and in files."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any, Self

from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from hindsight.text.visible import visible
from interviews.lifecycle import Coverage, Direction, DriverAbout, DriverSource, NotAsked, Rating, Speaker, Wording
from interviews.models import Driver, InterviewRequest, Transcript
from interviews.paige.dialogue import CONTACT, PAIGE, blocks, unescaped
from interviews.paige.summary import summary_of
from interviews.paige.turn.brief import vendor_of
from interviews.services.state import rating_of

DATE = "j F Y"
SKIPPED = "(skipped)"

# Where a quote begins and ends in the transcript's content.
Span = tuple[int, int]
# Of a section: lines by heading.
Entries = Mapping[str, Sequence[str]]


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
    """`turn` is 0 if the place is unknown. `about`: who a driver is about, with what else it says."""

    text: str
    turn: int = 0
    anchor: str = ""
    direction: str = ""
    about: Sequence[str] = ()

    @property
    def line(self) -> str:
        direction = f"{self.direction}: " if self.direction else ""
        about = [*([f"turn {self.turn}"] if self.turn else []), *self.about]
        return f"{direction}“{self.text}”" + (f" ({', '.join(about)})" if about else "")


@dataclass(frozen=True)
class DriverQuote(Quote):
    """`form`: to correct the driver; None if the person may not."""

    driver: Driver | None = None
    form: Any = None


@dataclass(frozen=True)
class PartOfObjective:
    """`status`: what came of it. `why`: why it was not asked, or ""."""

    words: str
    status: str
    turns: Sequence[int]
    why: str = ""

    @property
    def line(self) -> str:
        return ", ".join(filter(None, [self.status.capitalize(), *(f"turn {turn}" for turn in self.turns), self.why]))


Quotes = Mapping[str, Sequence[Quote]]


@dataclass(frozen=True)
class TranscriptDocument:
    """`facts`: labels and values. `summary`: sentences with their quotes. `key_answers`, `drivers`: quotes by title."""

    title: str = field(repr=False)
    facts: Sequence[tuple[str, str]] = field(repr=False)
    summary: Sequence[tuple[str, Sequence[Quote]]] = field(repr=False)
    is_of_model: bool
    key_answers: Quotes = field(repr=False)
    drivers: Quotes = field(repr=False)
    objective: Sequence[PartOfObjective] = field(repr=False)
    turns: Sequence[SpokenTurn] = field(repr=False)

    @classmethod
    def of(cls, interview_request: InterviewRequest, form_of: Callable[[Driver], Any] | None = None) -> Self:
        """The interview request must have a transcript. `form_of`: the form to correct a driver."""
        contact, transcript = interview_request.contact, interview_request.transcript
        summary = summary_of(vars(transcript), vendor_of(interview_request.org.name))
        return cls(
            title=f"{interview_request.interview_name}: {contact.name or contact.email}",
            facts=[*_facts(interview_request)],
            summary=[
                (visible(each["text"]), [_quote(quote["quote"], quote) for quote in each["quotes"]])
                for each in summary["sentences"]
            ],
            is_of_model=summary["source"] == DriverSource.MODEL,
            key_answers={
                topic["title"]: [_quote(*pair) for pair in zip_longest(topic["excerpts"], topic.get("places", []))]
                for topic in transcript.key_answers
            },
            drivers=_drivers(interview_request, form_of),
            objective=[*_objective(transcript)],
            turns=_turns(interview_request, [quote for each in summary["sentences"] for quote in each["quotes"]]),
        )

    @property
    def sections(self) -> dict[str, Entries]:
        """By title, without empty ones."""
        objective = {part.words: [part.line] for part in self.objective}
        summary = {text: [quote.line for quote in quotes] for text, quotes in self.summary}
        sections = {"Summary": summary, **self._quotes, "What came of the objective": objective}
        return {title: entries for title, entries in sections.items() if entries}

    @property
    def key_answers_text(self) -> str:
        """To paste into a mail."""
        parts = [self.title, *(f"{label}: {value}" for label, value in self.facts)]
        for section, entries in self._quotes.items():
            for title, lines in entries.items():
                parts += ["", f"{section}: {title}", *lines]
        return visible("\n".join(parts))

    @property
    def _quotes(self) -> dict[str, Entries]:
        return {
            section: {title: [quote.line for quote in of_title] for title, of_title in quotes.items()}
            for section, quotes in (("Key answers", self.key_answers), ("Drivers", self.drivers))
        }


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


def _turns(interview_request: InterviewRequest, quotes: Iterable[Mapping[str, Any]]) -> list[SpokenTurn]:
    """From their rows, or else from the transcript. A skipped question has an empty text. `quotes`: of the summary."""
    names, transcript = speakers(interview_request.contact.name), interview_request.transcript
    turns = [
        SpokenTurn(names[Speaker(turn.speaker)], turn.text, turn.engine, is_worded=turn.worded_by == Wording.MODEL)
        for turn in interview_request.turns.all()
    ]
    try:
        turns = turns or [
            SpokenTurn(names[block.speaker], block.text, is_worded=block.is_worded)
            for block in blocks(transcript.content)
        ]
    except ValueError:  # not in the format of render_transcript()
        turns = [SpokenTurn("", transcript.content)]
    marked = _marked_turns(transcript, quotes)
    return [replace(turn, html=marked.get(number, turn.text or SKIPPED)) for number, turn in enumerate(turns, start=1)]


def _drivers(interview_request: InterviewRequest, form_of: Callable[[Driver], Any] | None) -> Quotes:
    """Of the rows, because staff correct them. Drivers of earlier releases have none."""
    drivers: dict[str, list[Quote]] = {}
    for row in interview_request.drivers.order_by("start"):
        quote = _quote(row.quote, vars(row), Direction(row.direction).label)
        shown = DriverQuote(**{**vars(quote), "about": [*_about(row)]}, driver=row, form=form_of and form_of(row))
        drivers.setdefault(row.title, []).append(shown)
    return drivers


def _about(row: Driver) -> Iterator[str]:
    """Most are about the vendor, so that is not said."""
    if row.about not in ("", DriverAbout.VENDOR):
        yield f"about {row.about_name or DriverAbout(row.about).label}"
    if row.is_decisive:
        yield "tipped the decision"
    if row.review or row.source != DriverSource.READ:
        yield row.review or ("by staff" if row.source == DriverSource.STAFF else "read by a model")
    yield from row.tags


def _objective(transcript: Transcript) -> Iterator[PartOfObjective]:
    """By topic, if an earlier release has completed the interview."""
    for each in transcript.summary.get("objective", []):
        why = NotAsked(each["why"]).label if each["why"] else ""
        yield PartOfObjective(visible(each["words"]), Coverage(each["status"]).label, each["turns"], why)
    if "objective" not in transcript.summary:
        for each in transcript.coverage:
            yield PartOfObjective(each["title"], Coverage(each["status"]).label, each["turns"])


def _quote(text: str, place: Mapping[str, Any] | None, direction: str = "") -> Quote:
    shown = visible(text)  # it also stands in attributes
    return Quote(shown, place["turn"], anchor_of((place["start"], place["end"])), direction) if place else Quote(shown)


def _marked_turns(transcript: Transcript, quotes: Iterable[Mapping[str, Any]]) -> dict[int, SafeString]:
    """The text of quoted turns. Each quote is an element with its anchor as id."""
    of_key_answers = (place for topic in transcript.key_answers for place in topic.get("places", []))
    spans: dict[int, set[Span]] = defaultdict(set)
    for place in (*of_key_answers, *transcript.drivers, *quotes):
        spans[place["turn"]].add((place["start"], place["end"]))
    marked = {}
    for turn, block in enumerate(blocks(transcript.content) if spans else [], start=1):
        outer_first = deque(sorted(spans[turn], key=lambda span: (span[0], -span[1])))
        if outer_first:
            marked[turn] = _marked(transcript.content, (block.start, block.start + len(block.markdown)), outer_first)
    return marked


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
