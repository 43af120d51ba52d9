"""Rules that concern several fields. The serializers refuse values of wrong types."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from interviews.paige.guide.paths import GuidePath, Remark, in_words

Text = tuple[GuidePath, str]


def problems_between_fields(guide: Mapping[str, Any]) -> Iterator[Remark]:
    topics = list(_items(("topics",), guide.get("topics")))
    yield from _too_few_turns(guide.get("max_turns"), [topic for _, topic in topics])
    yield from _repetitions("key", _texts((path, "key", topic.get("key")) for path, topic in topics))
    for path, topic in topics:
        yield from _repetitions("phrase", _listed((*path, "phrases"), topic.get("phrases")))
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
