from collections.abc import Callable, Mapping
from typing import Any

from hindsight.text.visible import position_in, visible

Shown = dict[str, Any]


def visible_transcript(content: str, key_answers: list[Any], drivers: list[Any]) -> Shown:
    visible_offset = position_in(content)
    return {
        "content": visible(content),
        "key_answers": [_visible_answers(each, visible_offset) for each in key_answers],
        "drivers": [{**_moved(each, visible_offset), "quote": visible(each["quote"])} for each in drivers],
    }


def _visible_answers(topic: Mapping[str, Any], visible_offset: Callable[[int], int]) -> Shown:
    places = [_moved(place, visible_offset) for place in topic.get("places", [])]
    return {**topic, "excerpts": [visible(excerpt) for excerpt in topic["excerpts"]], "places": places}


def _moved(place: Mapping[str, Any], visible_offset: Callable[[int], int]) -> Shown:
    return {**place, "start": visible_offset(place["start"]), "end": visible_offset(place["end"])}
