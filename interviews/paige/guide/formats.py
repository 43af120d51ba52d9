"""Converts guides in the format of version 1, which the audit keeps."""

from collections.abc import Mapping
from typing import Any

from hindsight.text.languages import ENGLISH

OPTIONAL = ("objective_phrases", "siblings", "bridge")

RENAMED = {"probes": "follow_ups", "keywords": "phrases"}


def in_current_format(guide: Mapping[str, Any]) -> dict[str, Any]:
    """Other guides stay unchanged."""
    return {**guide, "topics": [_topic(topic) for topic in guide["topics"]]}


def canonical(guide: Mapping[str, Any]) -> dict[str, Any]:
    current = in_current_format(guide)
    return {"language": ENGLISH, **current, "topics": [_without_empty_fields(topic) for topic in current["topics"]]}


def _without_empty_fields(topic: Mapping[str, Any]) -> dict[str, Any]:
    named = {language: phrases for language, phrases in topic.get("objective_phrases", {}).items() if phrases}
    fields = {**topic, "objective_phrases": named}
    return {name: value for name, value in fields.items() if value or name not in OPTIONAL}


def _topic(topic: Mapping[str, Any]) -> Mapping[str, Any]:
    if "probes" not in topic:
        return topic
    renamed = {RENAMED.get(name, name): value for name, value in topic.items()}
    follow_ups = [{"kind": probe["order"], "text": probe["text"]} for probe in topic["probes"]]
    return {**renamed, "rephrasing": "", "reason": "", "follow_ups": follow_ups}
