"""How the guide in a form differs from the stored one."""

from collections.abc import Iterator, Mapping
from typing import Any

from hindsight.text.languages import ENGLISH
from interviews.paige.guide.rules import GuidePath, in_current_format

OPTIONAL = ("siblings", "bridge", "about")


def canonical(guide: Mapping[str, Any]) -> dict[str, Any]:
    current = in_current_format(guide)
    return {"language": ENGLISH, **current, "topics": [_without_empty_fields(topic) for topic in current["topics"]]}


def _without_empty_fields(topic: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in topic.items() if value or name not in OPTIONAL}


def differences(mine: Any, theirs: Any, path: GuidePath = ()) -> Iterator[tuple[GuidePath, Any]]:
    """Yields paths, with the value of `theirs`, or None if it has none."""
    if mine == theirs:
        return
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in {**mine, **theirs}:
            yield from differences(mine.get(name), theirs.get(name), (*path, name))
    elif _have_equal_parts(mine, theirs):
        for index, pair in enumerate(zip(mine, theirs, strict=True)):
            yield from differences(*pair, (*path, index))
    else:
        yield path, theirs


def _have_equal_parts(mine: Any, theirs: Any) -> bool:
    if not (isinstance(mine, list) and isinstance(theirs, list)):
        return False
    keys = [[each.get("key") if isinstance(each, dict) else each for each in parts] for parts in (mine, theirs)]
    return keys[0] == keys[1]
