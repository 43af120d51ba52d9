"""What the findings of an interview say together, and how findings are shown outside of this system."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any

from hindsight.text.visible import position_in, visible
from interviews.lifecycle import Coverage, Direction, DriverAbout, DriverSource, Review
from interviews.paige.findings import DECISION, EARLIER_DRIVER, EXCERPT_LENGTH
from interviews.paige.model.summary import MAX_QUOTES, MAX_SENTENCES

MAX_CHARACTERS = 650
"""Of the sentences together, without that on the objective."""
MAX_NAMED = 5
"""Quotes without a side."""
SIDES, MODEL = (Direction.FOR, Direction.AGAINST), DriverSource.MODEL

Shown = Mapping[str, Any]
"""A driver, a place or a topic, as the transcript has it."""
Sentence = dict[str, Any]
"""`text`, and `quotes` with their places."""

OBJECTIVE = {
    "answered": (Coverage.ANSWERED, Coverage.DENIED),
    "only touched": (Coverage.TOUCHED,),
    "declined": (Coverage.DECLINED,),
    "not asked": (Coverage.NOT_ASKED,),
}


def shown_findings(stored: Shown, vendor: str) -> dict[str, Any]:
    """`stored`: the columns of a transcript. Without invisible characters, with the places in what is shown."""
    at = position_in(stored["content"])

    def moved(place: Shown) -> dict[str, Any]:
        return {**place, "start": at(place["start"]), "end": at(place["end"])}

    def quoted(each: Shown) -> dict[str, Any]:
        return {**moved(each), "quote": visible(each["quote"])}

    summary = summary_of(stored, vendor)
    sentences = [
        {"text": visible(each["text"]), "quotes": [*map(quoted, each["quotes"])]} for each in summary["sentences"]
    ]
    return {
        "content": visible(stored["content"]),
        "summary": {**summary, "sentences": sentences},
        "key_answers": [
            {**each, "excerpts": [*map(visible, each["excerpts"])], "places": [*map(moved, each.get("places", []))]}
            for each in stored["key_answers"]
        ],
        "drivers": [{**EARLIER_DRIVER, **quoted(each)} for each in stored["drivers"]],
        "coverage": stored["coverage"],
    }


def summary_of(stored: Shown, vendor: str) -> dict[str, Any]:
    """`source`, and at most MAX_SENTENCES `sentences`: of a model, if there are any."""
    if written := stored["summary"].get("sentences"):
        return {"source": MODEL.value, "sentences": written}
    kept, objective = stored["summary"], _objective(stored["coverage"], stored["key_answers"])
    answers = [quote for each in stored["key_answers"] if each["topic"] == DECISION for quote in _excerpts(each)]
    change, told = kept.get("would_change", []), _up_to(EXCERPT_LENGTH, kept.get("decided", answers))
    drivers = sorted(({**EARLIER_DRIVER, **each} for each in stored["drivers"]), key=_rank)
    rejected = [each for each in drivers if each["review"] == Review.REJECTED]
    related = [each for each in kept.get("on_reasons", []) if not _is_within(each, rejected)]
    quoted = [*change, *told, *related]
    others = [each for each in kept.get("others", []) if not _is_within(each, drivers)]
    accepted = [
        each for each in drivers if each not in rejected and (_is_checked(each) or not _is_within(each, quoted))
    ]
    sure = {*kept.get("sure", []), *(each["start"] for each in drivers if _is_checked(each) or each["source"] == MODEL)}
    # A quote on the wrong side misleads more than one without a side.
    sided = [each for each in accepted if each["start"] in sure and each["direction"] in SIDES]
    named = [*(each for each in accepted if each not in sided), *others][:MAX_NAMED]
    sentences: list[Sentence] = []
    for parts in (
        {"Asked what decided it, they said": told},
        {"What would have changed it": change},
        {"On this they also said" if told else "They called decisive": related},
    ):
        sentences += _quoting(parts, MAX_CHARACTERS - _length(sentences))
    # What competitors do better is never sure, and is more often a main reason than what has a side.
    left = MAX_CHARACTERS - _length(sentences)
    sides = _quoting(_sides(sided, vendor), left - _length(_quoting({"Also named": named[:MAX_QUOTES]}, left)))
    sentences += [*_quoting({"Also named": named}, left - _length(sides)), *sides]
    return {"source": DriverSource.READ.value, "sentences": [*sentences[: MAX_SENTENCES - len(objective)], *objective]}


def _length(sentences: Iterable[Sentence]) -> int:
    return sum(len(each["text"]) for each in sentences)


def _sides(ranked: Sequence[Shown], vendor: str) -> dict[str, Sequence[Shown]]:
    """The side with the most decisive drivers comes first, then that with the most."""
    sides: dict[str, list[Shown]] = defaultdict(list)
    for each in ranked:
        is_of_rival = each["direction"] == Direction.AGAINST and each["about"] == DriverAbout.COMPETITOR
        lead = f"for {each['about_name'] or 'a competitor'}" if is_of_rival else f"{each['direction']} {vendor}"
        sides[lead].append(each)
    first = {lead: found[:MAX_QUOTES] for lead, found in sides.items()}
    return dict(sorted(first.items(), key=lambda side: (-sum(each["is_decisive"] for each in side[1]), -len(side[1]))))


def _up_to(characters: int, found: Sequence[Shown]) -> list[Shown]:
    lengths = accumulate(len(each["quote"]) for each in found)
    return [each for each, length in zip(found, lengths, strict=True) if length <= characters]


def _is_within(quote: Shown, others: Iterable[Shown]) -> bool:
    return any(each["start"] <= quote["start"] < each["end"] for each in others)


def _is_checked(driver: Shown) -> bool:
    return bool(driver["review"] == Review.CONFIRMED or driver["source"] == DriverSource.STAFF)


def _rank(driver: Shown) -> tuple[bool, bool, bool, int]:
    return not driver["is_decisive"], not driver["is_reason"], not _is_checked(driver), driver["start"]


def _quoting(parts: Mapping[str, Sequence[Shown]], characters: int) -> list[Sentence]:
    """A sentence with the first quotes of each part, or none without quotes. The parts share the characters."""
    most = characters // max(1, sum(map(bool, parts.values())))
    shown = {lead: kept for lead, found in parts.items() if (kept := _up_to(most, found))}
    text = "; ".join(f"{lead}: {'; '.join(map(_marked, found))}" for lead, found in shown.items())
    quotes = [{name: each[name] for name in ("quote", "turn", "start", "end")} for each in chain(*shown.values())]
    return [{"text": f"{text[0].upper()}{text[1:]}.", "quotes": quotes}] if quotes else []


def _marked(quoted: Shown) -> str:
    return f"“{' '.join(quoted['quote'].split()).rstrip('.,;:')}”"


def _objective(coverage: Iterable[Shown], key_answers: Iterable[Shown]) -> list[Sentence]:
    """Which topics of the objective were answered, and which stay open."""
    asked = [*coverage]
    of_status = {label: [each for each in asked if each["status"] in statuses] for label, statuses in OBJECTIVE.items()}
    parts = [f"{label}: {', '.join(each['title'] for each in found)}" for label, found in of_status.items() if found]
    turns = {turn for each in of_status["answered"] for turn in each["turns"]}
    quotes = [each for topic in key_answers for each in _excerpts(topic) if each["turn"] in turns]
    return [{"text": f"Of the objective, {'; '.join(parts)}.", "quotes": quotes}] if parts else []


def _excerpts(topic: Shown) -> list[dict[str, Any]]:
    places = topic.get("places", [])
    return [{"quote": each, **place} for each, place in zip(topic["excerpts"], places, strict=False)]
