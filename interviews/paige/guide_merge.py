"""Merges two edits of one version of a guide, field by field. Topics are the same if their keys are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interviews.paige.guide_paths import GuidePath

Guide = Mapping[str, Any]


@dataclass
class Merge:
    """`guide`: a conflict keeps `mine`. `kept`: the paths of changes that were taken over from `theirs`.

    The paths are those of `guide`. A conflict has the others' value; None if they removed the topic.
    """

    guide: dict[str, Any] = field(default_factory=dict)
    conflicts: list[tuple[GuidePath, Any]] = field(default_factory=list)
    kept: list[GuidePath] = field(default_factory=list)

    def pick(self, path: GuidePath, base: Any, mine: Any, theirs: Any) -> Any:
        if theirs in (mine, base):
            return mine
        if mine == base:
            self.kept.append(path)
            return theirs
        self.conflicts.append((path, theirs))
        return mine


def merge(base: Guide, mine: Guide, theirs: Guide) -> Merge:
    """`base`: the version that both edited; empty if it is unknown, so that every difference is a conflict.

    The guides are valid, in the current format. The version is that of `theirs`.
    """
    merged = Merge()
    guides = (base, mine, theirs)
    for name in mine:
        if name not in ("topics", "version"):
            merged.guide[name] = merged.pick((name,), *(guide.get(name) for guide in guides))
    topics = [{topic["key"]: topic for topic in guide.get("topics", ())} for guide in guides]
    keys = _merged_order(merged, *topics)
    merged.guide["topics"] = [
        _merged_topic(merged, ("topics", index), *(each.get(key) for each in topics)) for index, key in enumerate(keys)
    ]
    merged.guide["version"] = theirs["version"]
    return merged


def _merged_order(merged: Merge, base: Guide, mine: Guide, theirs: Guide) -> list[str]:
    """The keys of all topics that remain."""
    common = mine.keys() & theirs.keys() & base.keys() if base else mine.keys() & theirs.keys()
    orders = [[key for key in topics if key in common] for topics in (base, mine, theirs)]
    is_mine = merged.pick(("topics",), *orders) == orders[1]
    if any(base[key] == mine.get(key) for key in base.keys() - theirs.keys()):
        merged.kept.append(("topics",))
    first, second = (mine, theirs) if is_mine else (theirs, mine)
    order = list(first)
    for place, key in enumerate(second):
        if key not in first:
            before = list(second)[place - 1] if place else None
            order.insert(order.index(before) + 1 if before in order else 0, key)
    return [key for key in order if not _is_removed(base.get(key), mine.get(key), theirs.get(key))]


def _is_removed(base: Any, mine: Any, theirs: Any) -> bool:
    """One removed the topic, and the other did not edit it."""
    return base is not None and (mine is None or theirs is None) and base in (mine, theirs)


def _merged_topic(merged: Merge, path: GuidePath, base: Guide | None, mine: Guide | None, theirs: Guide | None) -> Any:
    if mine is None or theirs is None:
        if base is not None:  # one removed it, the other edited it
            merged.conflicts.append((path, theirs))
        elif mine is None:
            merged.kept.append(path)
        return mine or theirs
    topic: dict[str, Any] = {}
    for name in {**theirs, **mine}:
        values = [(each or {}).get(name) for each in (base, mine, theirs)]
        if name == "objective_phrases":
            if phrases := _merged_languages(merged, (*path, name), *(value or {} for value in values)):
                topic[name] = phrases
        elif name == "follow_ups":
            topic[name] = _merged_follow_ups(merged, (*path, name), *(value or [] for value in values))
        else:
            topic[name] = merged.pick((*path, name), *values)
    return topic


def _merged_languages(merged: Merge, path: GuidePath, *phrases: Mapping[str, Any]) -> dict[str, Any]:
    languages = sorted({language for each in phrases for language in each})
    picked = {
        language: merged.pick((*path, language), *(each.get(language) for each in phrases)) for language in languages
    }
    return {language: lines for language, lines in picked.items() if lines}


def _merged_follow_ups(merged: Merge, path: GuidePath, *follow_ups: Sequence[Any]) -> Any:
    """One by one if none was added or removed; otherwise all together."""
    if len({len(each) for each in follow_ups}) > 1:
        return merged.pick(path, *follow_ups)
    return [
        {name: merged.pick((*path, index, name), *(follow_up[name] for follow_up in each)) for name in each[0]}
        for index, each in enumerate(zip(*follow_ups, strict=True))
    ]
