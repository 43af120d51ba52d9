"""Adds, removes and moves topics and follow-ups of the guide's form, without saving."""

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from hindsight.text.languages import ENGLISH
from interviews.paige.guide.rules import GuidePath, wordings
from interviews.paige.guide.texts import MAX_FOLLOW_UPS, FollowUpKind

FOLLOW_UPS: Mapping[str, Mapping[str, list[str]]] = json.loads(
    Path(__file__).with_name("follow_ups_of_new_topics.json").read_text(encoding="utf-8")
)
"""Texts by kind, by language. They quote the contact."""

MAX_TOPICS = 30
"""The most that the form shows: each takes up to 36 of the 1,200 fields that Django accepts."""

# Such as "topics:add", "topics-2:up", "topics-2:to-5" and "topics-2-follow_ups-0:remove".
_ARRANGEMENT = re.compile(r"topics(?:-(\d{1,2}))?(-follow_ups(?:-(\d))?)?:(add|remove|up|down|to-(\d{1,2}))", re.ASCII)


class Arranged(NamedTuple):
    """`place`: what was added or moved, or what replaced what was removed."""

    guide: dict[str, Any]
    place: GuidePath


def new_follow_up() -> dict[str, Any]:
    return {"kind": FollowUpKind.INSTANCE.value, "text": ""}


def new_topic(guide: Mapping[str, Any]) -> dict[str, Any]:
    texts = dict.fromkeys(("key", "title", "question", "rephrasing", "reason"), "")
    return {**texts, "core": False, "follow_ups": first_follow_ups(guide) or [new_follow_up()]}


def first_follow_ups(guide: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One of each kind that fits any topic, in the guide's language, in words that the guide does not have yet: the
    same wording twice is an error. None once all are used, or if the language has none.
    """
    used = {text.casefold() for _, text in wordings(guide)}
    texts = FOLLOW_UPS.get(guide.get("language", ENGLISH), {})
    unused = {kind: [text for text in of_kind if text.casefold() not in used] for kind, of_kind in texts.items()}
    return [{"kind": kind, "text": of_kind[0]} for kind, of_kind in unused.items() if of_kind]


def arranged(guide: dict[str, Any], button: str) -> Arranged:
    """A button that does not fit the guide changes nothing."""
    found = _ARRANGEMENT.fullmatch(button)
    if found is None:
        return Arranged(guide, ())
    topic, follow_ups, follow_up, action, target = found.groups()
    guide = deepcopy(guide)
    path: GuidePath = ("topics",)
    items, largest, index = guide["topics"], MAX_TOPICS, topic
    if follow_ups:
        if topic is None or int(topic) >= len(items):
            return Arranged(guide, ())
        path = ("topics", int(topic), "follow_ups")
        items, largest, index = items[int(topic)]["follow_ups"], MAX_FOLLOW_UPS, follow_up
    place: int | None = None
    if action != "add":
        place = rearrange(items, -1 if index is None else int(index), action, target)
    elif len(items) < largest:
        items.append(new_follow_up() if follow_ups else new_topic(guide))
        place = len(items) - 1
    return Arranged(guide, path if place is None else (*path, place))


def rearrange(items: list[Any], index: int, action: str, target: str | None = None) -> int | None:
    """Removes or moves an item. Returns the index of the item that gets the focus; None if no item is left."""
    if not 0 <= index < len(items):
        return None
    item = items.pop(index)
    if action == "remove":
        return min(index, len(items) - 1) if items else None
    wanted = {"up": index - 1, "down": index + 1}.get(action, int(target or index))
    place = max(0, min(wanted, len(items)))
    items.insert(place, item)
    return place
