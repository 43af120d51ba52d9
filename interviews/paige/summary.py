"""What the findings of an interview say together, and how findings are shown outside of this system."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from hindsight.text.visible import position_in, visible
from interviews.lifecycle import Coverage, DriverAbout, DriverSource, Review
from interviews.paige.findings import DECISION, EARLIER_DRIVER, EXCERPT_LENGTH
from interviews.paige.model.summary import MAX_QUOTES, MAX_SENTENCES

LENGTH_OF_A_QUOTE = 160
MAX_CHARACTERS = 700
"""Of the sentences together, without that on the objective."""

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
    if sentences := stored["summary"].get("sentences"):
        return {"source": DriverSource.MODEL.value, "sentences": sentences}
    drivers = sorted(({**EARLIER_DRIVER, **each} for each in stored["drivers"]), key=_rank)
    would_change = stored["summary"].get("would_change", [])
    answers = [quote for each in stored["key_answers"] if each["topic"] == DECISION for quote in _excerpts(each)]
    # Also states reasons of which the reading does not know for whom they speak.
    told = _up_to(EXCERPT_LENGTH, [each for each in answers if not _is_within(each, would_change)], "quote")
    accepted = [
        each
        for each in drivers
        if each["review"] != Review.REJECTED and not _is_within(each, would_change)
        if _is_checked(each) or not _is_within(each, told)
    ]
    against, in_favour = ([each for each in accepted if each["direction"] == way] for way in ("against", "for"))
    rival = [each for each in against if each["about"] == DriverAbout.COMPETITOR]
    parts = [
        (f"against {vendor}", [each for each in against if each not in rival]),
        (f"for {next((each['about_name'] for each in rival if each['about_name']), 'a competitor')}", rival),
        (f"for {vendor}", in_favour),
    ]
    ordered = [(way, found) for way, found in sorted(parts, key=_weight) if found]
    sentences = [_quoting("Asked what decided it, they said", told, EXCERPT_LENGTH)] if told else []
    sentences += [_quoting(*reasons) for way, found in ordered if (reasons := _reasons(way, found))]
    if would_change:
        sentences.append(_quoting("What would have changed it", would_change))
    sentences += [_quoting(*others) for way, found in ordered if (others := _others(way, found))]
    objective = _objective(stored["coverage"], stored["key_answers"])
    return {
        "source": DriverSource.READ.value,
        "sentences": [*_up_to(MAX_CHARACTERS, sentences[: MAX_SENTENCES - len(objective)], "text"), *objective],
    }


def _up_to(characters: int, found: Sequence[Shown], name: str) -> list[Any]:
    """The first ones whose texts have at most so many characters together."""
    lengths = accumulate(len(each[name]) for each in found)
    return [each for each, length in zip(found, lengths, strict=True) if length <= characters]


def _is_within(quote: Shown, others: Iterable[Shown]) -> bool:
    return any(each["start"] <= quote["start"] < each["end"] for each in others)


def _is_checked(driver: Shown) -> bool:
    return bool(driver["review"] == Review.CONFIRMED or driver["source"] == DriverSource.STAFF)


def _rank(driver: Shown) -> tuple[bool, bool, bool, int]:
    return not driver["is_decisive"], not driver["is_reason"], not _is_checked(driver), driver["start"]


def _weight(part: tuple[str, Sequence[Shown]]) -> tuple[int, int]:
    """The part with the most decisive drivers comes first, then that with the most reasons."""
    return -sum(each["is_decisive"] for each in part[1]), -sum(each["is_reason"] for each in part[1])


def _reasons(way: str, ranked: Sequence[Shown]) -> tuple[str, Sequence[Shown]] | None:
    """A lead with what tipped the decision, or else with the other reasons."""
    if decisive := [each for each in ranked if each["is_decisive"]]:
        return f"What decided it {way}", _of_different_topics(decisive)
    given = [each for each in ranked if each["is_reason"]]
    return (f"The reasons given {way}", _of_different_topics(given)) if given else None


def _others(way: str, ranked: Sequence[Shown]) -> tuple[str, Sequence[Shown]] | None:
    shown = _reasons(way, ranked)
    others = [each for each in ranked if shown is None or each not in shown[1]]
    return (f"What {'else ' if shown else ''}spoke {way}", _of_different_topics(others)) if others else None


def _of_different_topics(ranked: Sequence[Shown]) -> list[Shown]:
    """The strongest of each topic comes first."""
    first = [each for n, each in enumerate(ranked) if each["topic"] not in {other["topic"] for other in ranked[:n]}]
    return [*first, *(each for each in ranked if each not in first)]


def _quoting(lead: str, quoted: Sequence[Shown], length: int = LENGTH_OF_A_QUOTE) -> Sentence:
    """Quotes the first ones."""
    quotes = [{name: each[name] for name in ("quote", "turn", "start", "end")} for each in quoted[:MAX_QUOTES]]
    words = "; ".join(f"“{_cut(each['quote'], length)}”" for each in quotes)
    return {"text": f"{lead}: {words}.", "quotes": quotes}


def _cut(quote: str, length: int) -> str:
    words = " ".join(quote.split()).rstrip(".,;:")
    if len(words) <= length:
        return words
    return words[:length].rpartition(" ")[0] + "…"


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
