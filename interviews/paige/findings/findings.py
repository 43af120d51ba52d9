from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from hindsight.text.visible import position_in, visible
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import Block, blocks
from interviews.paige.findings.coverage import coverage
from interviews.paige.findings.drivers import drivers
from interviews.paige.findings.excerpts import finding_excerpts, numbered_answers
from interviews.paige.guide.guide import Guide
from interviews.paige.turn.brief import Brief


class Findings(TypedDict, total=False):
    key_answers: list[dict[str, Any]]
    drivers: list[dict[str, Any]]
    coverage: list[dict[str, Any]]


def findings_of(brief: Brief, content: str) -> Findings:
    transcript = blocks(content)
    return {
        "key_answers": key_answers(brief.guide, brief.heard, transcript),
        "drivers": [driver.shown(transcript) for driver in drivers(brief)],
        "coverage": coverage(brief),
    }


def key_answers(guide: Guide, conversation: Sequence[Utterance], transcript: list[Block]) -> list[dict[str, Any]]:
    """`conversation`: with the reading of each answer."""
    found: list[dict[str, Any]] = []
    for topic in guide.every_topic:
        given = [(turn, answer) for turn, answer in numbered_answers(conversation) if answer.topic == topic.key]
        if excerpts := [excerpt for turn, answer in given for excerpt in finding_excerpts(turn, answer)]:
            texts, places = [each.text for each in excerpts], [each.place(transcript) for each in excerpts]
            found.append({"topic": topic.key, "title": topic.title, "excerpts": texts, "places": places})
    return found


def visible_transcript(content: str, key_answers: list[Any], drivers: list[Any]) -> dict[str, Any]:
    """Drivers of earlier releases do not say whether they are reasons."""
    visible_offset = position_in(content)

    def moved(place: Mapping[str, Any]) -> dict[str, Any]:
        return {**place, "start": visible_offset(place["start"]), "end": visible_offset(place["end"])}

    return {
        "content": visible(content),
        "key_answers": [
            {**each, "excerpts": [*map(visible, each["excerpts"])], "places": [*map(moved, each.get("places", []))]}
            for each in key_answers
        ],
        "drivers": [
            {"is_reason": False, "review": None, **moved(each), "quote": visible(each["quote"])} for each in drivers
        ],
    }
