from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from hindsight.text.visible import visible
from interviews.lifecycle import Coverage, Direction
from interviews.models import Transcript
from interviews.paige.answers.transcript_markdown import blocks, unescaped

NO_IDS: Mapping[int, int] = MappingProxyType({})

# Where a quote begins and ends in the transcript's content.
Span = tuple[int, int]


@dataclass(frozen=True)
class Quote:
    """`turn` is 0 if the place is unknown. `driver_id`: of a driver that the person may review, or 0."""

    text: str
    turn: int = 0
    anchor: str = ""
    direction: str = ""
    review: str = ""
    driver_id: int = 0


@dataclass(frozen=True)
class Findings:
    key_answers: Mapping[str, list[Quote]] = field(default_factory=dict)
    drivers: Mapping[str, list[Quote]] = field(default_factory=dict)
    coverage: Iterable[tuple[str, str, list[int]]] = ()


def findings_of(transcript: Transcript, driver_ids: Mapping[int, int] = NO_IDS) -> Findings:
    """`driver_ids`: by the start of the quote."""
    drivers: dict[str, list[Quote]] = {}
    for driver in transcript.drivers:
        label = Direction(driver["direction"]).label
        quote = _quote(driver["quote"], driver, label)
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


def marked_turns(transcript: Transcript) -> dict[int, SafeString]:
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


def _places(transcript: Transcript) -> Iterator[Mapping[str, int]]:
    for topic in transcript.key_answers:
        yield from topic.get("places", [])
    yield from transcript.drivers


def _quote(text: str, place: Mapping[str, Any] | None, direction: str = "") -> Quote:
    shown = visible(text)  # it also stands in attributes
    return Quote(shown, place["turn"], anchor_of((place["start"], place["end"])), direction) if place else Quote(shown)


def anchor_of(span: Span) -> str:
    return f"place-{span[0]}-{span[1]}"
