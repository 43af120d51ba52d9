"""What the findings of an interview say together, and how findings are shown outside of this system."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any

from hindsight.text.visible import position_in, visible
from interviews.lifecycle import Coverage, Direction, DriverAbout, DriverSource, Review
from interviews.paige.findings import DECISIONS, EARLIER_DRIVER, MAX_CHARACTERS

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
    """`source`, and at most five `sentences`: of a model, if there are any. A quote has a side if its drivers do."""
    if written := stored["summary"].get("sentences"):
        return {"source": MODEL.value, "sentences": written}
    kept, drivers = stored["summary"], sorted(({**EARLIER_DRIVER, **each} for each in stored["drivers"]), key=_rank)
    answers = [quote for each in stored["key_answers"] if each["topic"] in DECISIONS for quote in _excerpts(each)]
    decided, change = kept.get("decided", answers), kept.get("would_change", [])
    rejected = [each for each in drivers if each["review"] == Review.REJECTED]
    accepted = [each for each in drivers if each["review"] != Review.REJECTED]

    def with_lead(quote: Shown) -> tuple[str, Shown]:
        within = [each for each in accepted if _meets(each, [quote])]
        return _side(within, kept.get("sure", ()), vendor) or also, quote

    also = "They also said" if decided or change else "They said"
    beside = [
        with_lead(each) for each in kept.get("beside", accepted) if not _meets(each, [*decided, *change, *rejected])
    ]
    checked = [with_lead(each) for each in accepted if _is_checked(each)]
    added = [
        (lead, each) for lead, each in checked if not _meets(each, [told for side, told in beside if side == lead])
    ]
    left = MAX_CHARACTERS - sum(len(each["quote"]) for each in (*decided, *change))
    of_lead = defaultdict[str, list[Shown]](list)
    for lead, each in _up_to(left, [*added, *beside]):
        of_lead[lead].append(each)
    sentences = [
        _quoting({"What decided it": decided}),
        _quoting({"What would have changed it": change}),
        _quoting({also: of_lead.pop(also, [])}),
        _quoting(of_lead),
        _objective(stored["coverage"], stored["key_answers"]),
    ]
    return {"source": DriverSource.READ.value, "sentences": [*chain.from_iterable(sentences)]}


def _side(drivers: Sequence[Shown], sure: Collection[int], vendor: str) -> str:
    """Of a quote with these drivers, or "": a quote on the wrong side misleads more than one without a side."""
    is_sure = all(_is_checked(each) or each["source"] == MODEL or each["start"] in sure for each in drivers)
    sides = {_lead(each, vendor) for each in drivers if each["direction"] in SIDES}
    return sides.pop() if is_sure and len(sides) == 1 else ""


def _lead(driver: Shown, vendor: str) -> str:
    is_of_rival = driver["direction"] == Direction.AGAINST and driver["about"] == DriverAbout.COMPETITOR
    return f"for {driver['about_name'] or 'a competitor'}" if is_of_rival else f"{driver['direction']} {vendor}"


def _up_to(characters: int, found: Sequence[tuple[str, Shown]]) -> list[tuple[str, Shown]]:
    lengths = accumulate(len(each["quote"]) for _, each in found)
    return [pair for pair, length in zip(found, lengths, strict=True) if length <= characters]


def _meets(quote: Shown, others: Iterable[Shown]) -> bool:
    return any(quote["start"] < each["end"] and each["start"] < quote["end"] for each in others)


def _is_checked(driver: Shown) -> bool:
    return bool(driver["review"] == Review.CONFIRMED or driver["source"] == DriverSource.STAFF)


def _rank(driver: Shown) -> tuple[bool, bool, bool, int]:
    return not driver["is_decisive"], not driver["is_reason"], not _is_checked(driver), driver["start"]


def _quoting(parts: Mapping[str, Sequence[Shown]]) -> list[Sentence]:
    """A sentence with the quotes of each part, or none without quotes."""
    text = "; ".join(f"{lead}: {'; '.join(map(_marked, found))}" for lead, found in parts.items() if found)
    quotes = [{name: each[name] for name in ("quote", "turn", "start", "end")} for each in chain(*parts.values())]
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
