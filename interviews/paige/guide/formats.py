"""Converts guides in older formats, which the audit and running conversations keep."""

from collections.abc import Mapping
from typing import Any

DROPPED = frozenset(("objective_phrases", "phrases", "keywords"))
"""Objectives and answers are compared with title, question and `about`."""


def in_current_format(guide: Mapping[str, Any]) -> dict[str, Any]:
    """Guides in the current format stay unchanged."""
    return {**guide, "topics": [_topic(topic) for topic in guide["topics"]]}


def as_stored(guide: Mapping[str, Any]) -> dict[str, Any]:
    """In the current format, with what servers of 0.1.0 require during a rolling upgrade. To be removed once the last
    of `RELEASES` (hindsight/db/releases.py) is a later one.
    """
    current = in_current_format(guide)
    return {**current, "topics": [{**topic, "phrases": []} for topic in current["topics"]]}


def without_dropped_fields(topic: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in topic.items() if name not in DROPPED}


def _topic(topic: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = without_dropped_fields(topic)
    if "probes" in kept:
        follow_ups = [{"kind": probe["order"], "text": probe["text"]} for probe in kept.pop("probes")]
        kept.update(rephrasing="", reason="", follow_ups=follow_ups)
    return kept
