from collections.abc import Callable, Mapping, Sequence
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
        "key_answers": key_answers(brief.guide, brief.conversation, transcript),
        "drivers": [driver.shown(transcript) for driver in drivers(brief)],
        "coverage": coverage(brief),
    }


def key_answers(guide: Guide, conversation: Sequence[Utterance], transcript: list[Block]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for topic in guide.every_topic:
        given = [(turn, answer) for turn, answer in numbered_answers(conversation) if answer.topic == topic.key]
        if excerpts := [excerpt for turn, answer in given for excerpt in finding_excerpts(turn, answer)]:
            texts, places = [each.text for each in excerpts], [each.place(transcript) for each in excerpts]
            found.append({"topic": topic.key, "title": topic.title, "excerpts": texts, "places": places})
    return found


def visible_transcript(content: str, key_answers: list[Any], drivers: list[Any]) -> dict[str, Any]:
    visible_offset = position_in(content)
    return {
        "content": visible(content),
        "key_answers": [_visible_answers(each, visible_offset) for each in key_answers],
        "drivers": [_visible_driver(each, visible_offset) for each in drivers],
    }


def _visible_driver(driver: Mapping[str, Any], visible_offset: Callable[[int], int]) -> dict[str, Any]:
    """Drivers of earlier releases do not say whether they are reasons."""
    moved = _moved(driver, visible_offset)
    return {"is_reason": False, "review": None, **moved, "quote": visible(driver["quote"])}


def _visible_answers(topic: Mapping[str, Any], visible_offset: Callable[[int], int]) -> dict[str, Any]:
    places = [_moved(place, visible_offset) for place in topic.get("places", [])]
    return {**topic, "excerpts": [visible(excerpt) for excerpt in topic["excerpts"]], "places": places}


def _moved(place: Mapping[str, Any], visible_offset: Callable[[int], int]) -> dict[str, Any]:
    return {**place, "start": visible_offset(place["start"]), "end": visible_offset(place["end"])}
