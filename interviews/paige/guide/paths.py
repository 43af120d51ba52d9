"""Paths in a guide, such as ("topics", 0, "follow_ups", 1, "text")."""

from collections.abc import Iterator
from typing import Any, NamedTuple

GuidePath = tuple[str | int, ...]

PLURALS = {"follow_ups": "follow-ups"}
SINGULARS = {"topics": "topic", "follow-ups": "follow-up", "phrases": "phrase", "siblings": "sibling"}


class Remark(NamedTuple):
    """`other`: a second place that the remark is about, or empty."""

    path: GuidePath
    message: str
    other: GuidePath = ()

    def __str__(self) -> str:
        """Such as "guide.topics[0].key: Must not be blank."."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"guide{''.join(steps)}: {self.message}"

    @property
    def in_words(self) -> str:
        return f"{in_words(self.path)}: {self.message}" if self.path else self.message


def in_words(path: GuidePath) -> str:
    """Such as "Topic 1, follow-up 2". The path must not be empty."""
    words: list[str] = []
    for step in path[:-1] if path[-1] == "text" else path:
        if isinstance(step, int):
            words[-1] = f"{SINGULARS.get(words[-1], words[-1])} {step + 1}"
        else:
            words.append(PLURALS.get(step, step.replace("_", " ")))
    text = ", ".join(words)
    return text[0].upper() + text[1:]


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
