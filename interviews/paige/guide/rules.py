"""Rules that concern several fields. The serializers refuse values of wrong types."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

GuidePath = tuple[str | int, ...]
"""Such as ("topics", 0, "follow_ups", 1, "text")."""
Text = tuple[GuidePath, str]

PLURALS = {"follow_ups": "follow-ups"}
SINGULARS = {"topics": "topic", "follow-ups": "follow-up", "siblings": "sibling"}


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


def problems_between_fields(guide: Mapping[str, Any]) -> Iterator[Remark]:
    topics = list(_items(("topics",), guide.get("topics")))
    yield from _too_few_turns(guide.get("max_turns"), [topic for _, topic in topics])
    yield from _repetitions("key", _texts((path, "key", topic.get("key")) for path, topic in topics))
    yield from _repetitions("bridge", _texts((path, "bridge", topic.get("bridge")) for path, topic in topics))
    yield from _repetitions("wording", wordings(guide))


def wordings(guide: Mapping[str, Any]) -> Iterator[Text]:
    for path, topic in _items(("topics",), guide.get("topics")):
        yield from _texts((path, name, topic.get(name)) for name in ("question", "rephrasing", "reason"))
        follow_ups = _items((*path, "follow_ups"), topic.get("follow_ups"))
        yield from _texts((place, "text", follow_up.get("text")) for place, follow_up in follow_ups)
    yield from _texts([((), "closing_question", guide.get("closing_question"))])


def unknown_siblings(guide: Mapping[str, Any]) -> Iterator[Remark]:
    """They have no effect: a topic that is removed may still be named."""
    topics = list(_items(("topics",), guide.get("topics")))
    for path, topic in topics:
        others = [other.get("key") for _, other in topics if other is not topic]
        for place, key in _listed((*path, "siblings"), topic.get("siblings")):
            if key not in others:
                yield Remark(place, f"“{key}” is not the key of another topic.")


def _too_few_turns(max_turns: Any, topics: Iterable[Mapping[str, Any]]) -> Iterator[Remark]:
    needed = sum(topic.get("core") is True for topic in topics) + 1
    if isinstance(max_turns, int) and 1 <= max_turns < needed:
        yield Remark(("max_turns",), f"Must be at least {needed}: the core topics and the closing question.")


def _repetitions(what: str, texts: Iterable[Text]) -> Iterator[Remark]:
    """Ignores case."""
    first: dict[str, GuidePath] = {}
    for path, text in texts:
        earlier = first.setdefault(text.casefold(), path)
        if earlier != path:
            yield Remark(path, f'The {what} "{text}" is already used: {in_words(earlier)}.', earlier)


def _items(path: GuidePath, items: Any) -> Iterator[tuple[GuidePath, Mapping[str, Any]]]:
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, Mapping):
            yield (*path, index), item


def _listed(path: GuidePath, items: Any) -> Iterator[Text]:
    return _texts((path, index, item) for index, item in enumerate(items if isinstance(items, list) else ()))


def _texts(found: Iterable[tuple[GuidePath, str | int, Any]]) -> Iterator[Text]:
    return (((*path, step), value) for path, step, value in found if isinstance(value, str) and value)
