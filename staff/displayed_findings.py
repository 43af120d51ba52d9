"""Key answers, drivers and coverage of a transcript, with links to their places on the same page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from interviews.lifecycle import Coverage, Direction
from interviews.models import Transcript
from interviews.paige.transcript_markdown import blocks, unescaped


@dataclass(frozen=True)
class Quote:
    """`turn` is 0 if the place is unknown."""

    text: str
    turn: int = 0
    anchor: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Piece:
    """A part of a turn's text. Quotes begin at its anchor, if it has one."""

    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Findings:
    """`key_answers` and `drivers`: quotes by the topic's title. `coverage`: title, status and turns."""

    key_answers: Mapping[str, list[Quote]] = field(default_factory=dict)
    drivers: Mapping[str, list[Quote]] = field(default_factory=dict)
    coverage: Iterable[tuple[str, str, list[int]]] = ()


def findings_of(transcript: Transcript) -> Findings:
    drivers: dict[str, list[Quote]] = {}
    for driver in transcript.drivers:
        label = Direction(driver["direction"]).label
        drivers.setdefault(driver["title"], []).append(_quote(driver["quote"], driver, label))
    return Findings(
        key_answers={
            topic["title"]: [_quote(*pair) for pair in zip_longest(topic["excerpts"], topic.get("places", []))]
            for topic in transcript.key_answers
        },
        drivers=drivers,
        coverage=[(each["title"], Coverage(each["status"]).label, each["turns"]) for each in transcript.coverage],
    )


def pieces_by_turn(transcript: Transcript) -> dict[int, list[Piece]]:
    """The turns that are quoted, cut at the beginning of each quote."""
    found: dict[int, list[Piece]] = {}
    places = [*_places(transcript)]
    for turn, block in enumerate(blocks(transcript.content) if places else [], start=1):
        starts = sorted({place["start"] for place in places if place["turn"] == turn})
        cuts = [*starts, block.start + len(block.markdown)]
        if starts:
            pieces = (
                Piece(unescaped(transcript.content[a:b]), f"place-{a}") for a, b in zip(starts, cuts[1:], strict=True)
            )
            found[turn] = [Piece(unescaped(transcript.content[block.start : starts[0]])), *pieces]
    return found


def _places(transcript: Transcript) -> Iterator[Mapping[str, int]]:
    for topic in transcript.key_answers:
        yield from topic.get("places", [])
    yield from transcript.drivers


def _quote(text: str, place: Mapping[str, Any] | None, direction: str = "") -> Quote:
    return Quote(text, place["turn"], f"place-{place['start']}", direction) if place else Quote(text)
