"""Guides in the format of version 1, which the audit keeps, in the current format."""

from collections.abc import Mapping
from typing import Any

RENAMED = {"probes": "follow_ups", "keywords": "phrases"}


def in_current_format(guide: Mapping[str, Any]) -> dict[str, Any]:
    """A follow-up gets a kind, and a topic an empty rephrasing and reason. Other guides stay unchanged."""
    return {**guide, "topics": [_topic(topic) for topic in guide["topics"]]}


def _topic(topic: Mapping[str, Any]) -> Mapping[str, Any]:
    if "probes" not in topic:
        return topic
    renamed = {RENAMED.get(name, name): value for name, value in topic.items()}
    follow_ups = [{"kind": probe["order"], "text": probe["text"]} for probe in topic["probes"]]
    return {**renamed, "rephrasing": "", "reason": "", "follow_ups": follow_ups}
