"""The JSON format of a guide: its fields, the rules that concern several fields, and older formats.

Nothing is converted: a number is not text, and 1 is not true. texts.py has the rules for one text.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from rest_framework import serializers
from rest_framework.settings import api_settings

from hindsight.api.json_bodies import StrictSerializer, TextField
from hindsight.text.languages import ENGLISH
from hindsight.text.strict_json import type_name
from interviews.paige.guide import texts

SHOWN_PROBLEMS = 20
DROPPED = frozenset(("objective_phrases", "phrases", "keywords"))
"""Fields of topics in older formats."""

GuidePath = tuple[str | int, ...]
"""Such as ("topics", 0, "follow_ups", 1, "text")."""
Text = tuple[GuidePath, str]


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
    names = {"follow_ups": "follow-ups", "key": "API name", "siblings": "same topics"}
    singulars = {"topics": "topic", "follow-ups": "follow-up", "same topics": "same topic"}
    words: list[str] = []
    for step in path[:-1] if path[-1] == "text" else path:
        if isinstance(step, int):
            words[-1] = f"{singulars.get(words[-1], words[-1])} {step + 1}"
        else:
            words.append(names.get(step, step.replace("_", " ")))
    text = ", ".join(words)
    return text[0].upper() + text[1:]


class GuideText(TextField):
    default_error_messages = {"invalid": "Must be text, not {kind}.", "null": "Must be text, not null."}


class WholeNumber(serializers.Field[int, Any, int, Any]):
    default_error_messages = {"invalid": "Must be a whole number from 1 to {largest}."}

    def __init__(self, *, largest: int) -> None:
        super().__init__()
        self.largest = largest

    def to_internal_value(self, data: object) -> int:
        if not isinstance(data, int) or isinstance(data, bool) or not 1 <= data <= self.largest:
            self.fail("invalid", largest=self.largest)
        return data


class Flag(serializers.Field[bool, Any, bool, Any]):
    default_error_messages = {"invalid": "Must be true or false, not {kind}."}

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", kind=type_name(data))
        return data


class ItemList(serializers.ListField):
    """Its errors are keyed by index, which `many=True` does only under a setting of REST framework."""

    default_error_messages = {
        "not_a_list": "Must be a list.",
        "empty": "Must have at least 1 item.",
        "max_length": "Must have at most {max_length} items, not %(show_value)d.",
    }


class FollowUpSerializer(StrictSerializer):
    kind = GuideText(clean=texts.clean_kind)
    text = GuideText(clean=texts.clean_follow_up)


class TopicSerializer(StrictSerializer):
    key = GuideText(clean=texts.clean_key)
    title = GuideText(clean=texts.clean_line)
    core = Flag()
    siblings = ItemList(child=GuideText(clean=texts.clean_key), required=False)
    bridge = GuideText(clean=texts.optional(texts.clean_line), required=False)
    about = GuideText(clean=texts.optional(texts.clean_line), required=False)
    question = GuideText(clean=texts.clean_question)
    rephrasing = GuideText(clean=texts.optional(texts.clean_question))
    reason = GuideText(clean=texts.optional(texts.clean_line))
    follow_ups = ItemList(child=FollowUpSerializer(), allow_empty=False, max_length=texts.MAX_FOLLOW_UPS)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        return super().to_internal_value(_without_dropped_fields(data) if isinstance(data, Mapping) else data)


class GuideSerializer(StrictSerializer):
    name = GuideText(clean=texts.clean_line)
    version = WholeNumber(largest=1_000_000)
    language = GuideText(clean=texts.clean_language, default=ENGLISH)
    estimated_minutes = WholeNumber(largest=120)
    max_turns = WholeNumber(largest=50)
    purpose = GuideText(clean=texts.clean_line)
    topics = ItemList(child=TopicSerializer(), allow_empty=False)
    closing_question = GuideText(clean=texts.clean_question)


class GuideError(ValueError):
    """`problems` has all of them; the text has a line for each of the first SHOWN_PROBLEMS."""

    def __init__(self, problems: Iterable[Remark]) -> None:
        self.problems = tuple(problems)
        self.lines = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        super().__init__("\n".join(self.lines))


def validated(data: object) -> dict[str, Any]:
    """Raises GuideError with every problem: also those between fields if a field is not valid."""
    fields, problems = {}, []
    try:
        fields = GuideSerializer().run_validation(data)
    except serializers.ValidationError as error:
        problems = list(_flattened(error.detail))
    if isinstance(data, Mapping):
        problems += _problems_between_fields(data)
    if problems:
        raise GuideError(problems)
    return fields


def _flattened(detail: Any, path: GuidePath = ()) -> Iterator[Remark]:
    if not isinstance(detail, Mapping):
        yield Remark(path, " ".join(map(str, detail)))
        return
    for name, inner in detail.items():
        yield from _flattened(inner, path if name == api_settings.NON_FIELD_ERRORS_KEY else (*path, name))


def _problems_between_fields(guide: Mapping[str, Any]) -> Iterator[Remark]:
    topics = list(_items(("topics",), guide.get("topics")))
    max_turns, needed = guide.get("max_turns"), sum(topic.get("core") is True for _, topic in topics) + 1
    if isinstance(max_turns, int) and 1 <= max_turns < needed:
        yield Remark(("max_turns",), f"Must be at least {needed}: the core topics and the closing question.")
    for name, what in (("key", "API name"), ("bridge", "bridge")):
        yield from _repetitions(what, _texts((path, name, topic.get(name)) for path, topic in topics))
    yield from _repetitions("wording", wordings(guide))


def _repetitions(what: str, texts: Iterable[Text]) -> Iterator[Remark]:
    """Ignores case."""
    first: dict[str, GuidePath] = {}
    for path, text in texts:
        earlier = first.setdefault(text.casefold(), path)
        if earlier != path:
            yield Remark(path, f'The {what} "{text}" is already used: {in_words(earlier)}.', earlier)


def wordings(guide: Mapping[str, Any]) -> Iterator[Text]:
    """Accepts invalid guides."""
    for path, topic in _items(("topics",), guide.get("topics")):
        yield from _texts((path, name, topic.get(name)) for name in ("question", "rephrasing", "reason"))
        follow_ups = _items((*path, "follow_ups"), topic.get("follow_ups"))
        yield from _texts((place, "text", follow_up.get("text")) for place, follow_up in follow_ups)
    yield from _texts([((), "closing_question", guide.get("closing_question"))])


def unknown_siblings(guide: Mapping[str, Any]) -> Iterator[Remark]:
    """Not an error: a topic that is removed may still be named, without effect."""
    topics = list(_items(("topics",), guide.get("topics")))
    for path, topic in topics:
        others = [other.get("key") for _, other in topics if other is not topic]
        siblings = topic.get("siblings")
        listed = enumerate(siblings if isinstance(siblings, list) else ())
        for place, key in _texts(((*path, "siblings"), index, item) for index, item in listed):
            if key not in others:
                yield Remark(place, f"No other topic has the API name “{key}”.")


def _items(path: GuidePath, items: Any) -> Iterator[tuple[GuidePath, Mapping[str, Any]]]:
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, Mapping):
            yield (*path, index), item


def _texts(found: Iterable[tuple[GuidePath, str | int, Any]]) -> Iterator[Text]:
    return (((*path, step), value) for path, step, value in found if isinstance(value, str) and value)


def in_current_format(guide: Mapping[str, Any]) -> dict[str, Any]:
    """Converts older formats, which the audit and running conversations keep."""
    topics = [_without_dropped_fields(topic) for topic in guide["topics"]]
    for topic in topics:
        if "probes" in topic:
            follow_ups = [{"kind": probe["order"], "text": probe["text"]} for probe in topic.pop("probes")]
            topic.update(rephrasing="", reason="", follow_ups=follow_ups)
    return {**guide, "topics": topics}


def as_stored(guide: Mapping[str, Any]) -> dict[str, Any]:
    """In the current format, with what servers of 0.1.0 require during a rolling upgrade. To be removed once the last
    of `RELEASES` (hindsight/db/upgrades.py) is a later one.
    """
    current = in_current_format(guide)
    return {**current, "topics": [{**topic, "phrases": []} for topic in current["topics"]]}


def _without_dropped_fields(topic: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in topic.items() if name not in DROPPED}
