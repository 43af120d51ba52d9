"""The JSON format of a question guide. Nothing is converted: a number is not text, and 1 is not true."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.settings import api_settings

from hindsight.api.serializers import StrictSerializer, TextField
from hindsight.text.languages import ENGLISH
from hindsight.text.strict_json import type_name
from interviews.paige.guide_texts import (
    MAX_FOLLOW_UPS,
    clean_follow_up,
    clean_key,
    clean_kind,
    clean_language,
    clean_line,
    clean_objective_phrase,
    clean_optional_line,
    clean_optional_question,
    clean_phrase,
    clean_question,
)

BLAMES_NO_FIELD = api_settings.NON_FIELD_ERRORS_KEY


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


class PhrasesByLanguage(serializers.DictField):
    child = ItemList(child=GuideText(clean=clean_objective_phrase))
    default_error_messages = {
        "not_a_dict": "Must be an object with a list of phrases for each language.",
        "language": "Must have language codes of two letters as keys, such as en.",
    }

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        phrases: dict[str, list[str]] = super().to_internal_value(data)
        if not all(re.fullmatch("[a-z]{2}", language) for language in phrases):
            self.fail("language")
        return phrases


class TopicSerializer(StrictSerializer):
    key = GuideText(clean=clean_key)
    title = GuideText(clean=clean_line)
    core = Flag()
    phrases = ItemList(child=GuideText(clean=clean_phrase))
    objective_phrases = PhrasesByLanguage(required=False)
    question = GuideText(clean=clean_question)
    rephrasing = GuideText(clean=clean_optional_question)
    reason = GuideText(clean=clean_optional_line)
    follow_ups = ItemList(child=FollowUpSerializer(), allow_empty=False)

    def validate_phrases(self, phrases: list[str]) -> list[str]:
        if repeated := repetitions("phrase", phrases):
            raise serializers.ValidationError(repeated)
        return phrases

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

    def validate_topics(self, topics: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if repeated := repetitions("key", [topic["key"] for topic in topics]):
            raise serializers.ValidationError(repeated)
        return topics

    def validate(self, guide: dict[str, Any]) -> dict[str, Any]:
        """Rules that concern several fields. Called only if each field is valid."""
        errors: dict[str, list[str]] = {}
        needed = sum(topic["core"] for topic in guide["topics"]) + 1
        if guide["max_turns"] < needed:
            errors["max_turns"] = [f"Must be at least {needed}: the core topics and the closing question."]
        if repeated := repetitions("wording", [*wordings(guide["topics"]), guide["closing_question"]]):
            errors[BLAMES_NO_FIELD] = repeated
        if errors:
            raise serializers.ValidationError(errors)
        return guide


def wordings(topics: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for topic in topics:
        yield from filter(None, (topic["question"], topic["rephrasing"], topic["reason"]))
        yield from (follow_up["text"] for follow_up in topic["follow_ups"])


def repetitions(what: str, values: Iterable[str]) -> list[str]:
    """An error message for each repeated value, ignoring case."""
    counts = Counter(value.casefold() for value in values)
    return [f'The {what} "{value}" occurs {count} times.' for value, count in counts.items() if count > 1]


def problem_lines(detail: Any, path: str = "guide") -> Iterator[str]:
    """Flattens REST framework's errors, for example "guide.topics[0].key: Must not be blank."."""
    if not isinstance(detail, Mapping):
        yield f"{path}: {' '.join(map(str, detail))}"
        return
    for name, inner in detail.items():
        step = f"[{name}]" if isinstance(name, int) else f".{name}"
        yield from problem_lines(inner, path if name == BLAMES_NO_FIELD else path + step)
