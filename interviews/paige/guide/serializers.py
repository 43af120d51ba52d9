"""The JSON format of a question guide. Nothing is converted: a number is not text, and 1 is not true."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.settings import api_settings

from hindsight.api.serializers import StrictSerializer, TextField
from hindsight.text.languages import ENGLISH
from hindsight.text.strict_json import type_name
from interviews.paige.guide.formats import without_dropped_fields
from interviews.paige.guide.rules import GuidePath, Remark, problems_between_fields
from interviews.paige.guide.texts import (
    MAX_FOLLOW_UPS,
    clean_follow_up,
    clean_key,
    clean_kind,
    clean_language,
    clean_line,
    clean_question,
    optional,
)

BLAMES_NO_FIELD = api_settings.NON_FIELD_ERRORS_KEY

SHOWN_PROBLEMS = 20


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

    default_error_messages = {"not_a_list": "Must be a list.", "empty": "Must have at least 1 item."}


class FollowUpSerializer(StrictSerializer):
    kind = GuideText(clean=clean_kind)
    text = GuideText(clean=clean_follow_up)


class TopicSerializer(StrictSerializer):
    key = GuideText(clean=clean_key)
    title = GuideText(clean=clean_line)
    core = Flag()
    siblings = ItemList(child=GuideText(clean=clean_key), required=False)
    bridge = GuideText(clean=optional(clean_line), required=False)
    about = GuideText(clean=optional(clean_line), required=False)
    question = GuideText(clean=clean_question)
    rephrasing = GuideText(clean=optional(clean_question))
    reason = GuideText(clean=optional(clean_line))
    follow_ups = ItemList(child=FollowUpSerializer(), allow_empty=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        return super().to_internal_value(without_dropped_fields(data) if isinstance(data, Mapping) else data)

    def validate_follow_ups(self, follow_ups: list[dict[str, str]]) -> list[dict[str, str]]:
        if len(follow_ups) > MAX_FOLLOW_UPS:
            raise serializers.ValidationError(f"Must have at most {MAX_FOLLOW_UPS} items, not {len(follow_ups)}.")
        return follow_ups


class GuideSerializer(StrictSerializer):
    name = GuideText(clean=clean_line)
    version = WholeNumber(largest=1_000_000)
    language = GuideText(clean=clean_language, default=ENGLISH)
    estimated_minutes = WholeNumber(largest=120)
    max_turns = WholeNumber(largest=50)
    purpose = GuideText(clean=clean_line)
    topics = ItemList(child=TopicSerializer(), allow_empty=False)
    closing_question = GuideText(clean=clean_question)


class GuideError(ValueError):
    """`problems` has all of them; the text has a line for each of the first SHOWN_PROBLEMS."""

    def __init__(self, problems: Iterable[Remark]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> list[str]:
        return [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]


def validated(data: object) -> dict[str, Any]:
    """Raises GuideError with every problem: a wrong field hides no rule about several fields."""
    fields, problems = {}, []
    try:
        fields = GuideSerializer().run_validation(data)
    except serializers.ValidationError as error:
        problems = list(_flattened(error.detail))
    if isinstance(data, Mapping):
        problems += problems_between_fields(data)
    if problems:
        raise GuideError(problems)
    return fields


def _flattened(detail: Any, path: GuidePath = ()) -> Iterator[Remark]:
    if not isinstance(detail, Mapping):
        yield Remark(path, " ".join(map(str, detail)))
        return
    for name, inner in detail.items():
        yield from _flattened(inner, path if name == BLAMES_NO_FIELD else (*path, name))
