"""A stand-in for the learned reader of objectives: tests of what follows from a reading do not depend on weights.

It reads a topic where its key stands: "Ask about pricing" asks, and "Do not ask about pricing" avoids. Acronyms and
quoted words are subjects of the topic in their clause: 'Ask about vendor: SSO and "audit logs"'.
"""

import re
from collections.abc import Mapping

from interviews.paige.guide.guide import Guide
from interviews.paige.objective import Picks, Steering, steering_of, subjects_named
from interviews.paige.reading.objective import read_notes
from interviews.paige.reading.readings import ObjectiveReading, TopicReading

_CLAUSE = re.compile(r"\s*([^.,;\n]+)")
_AVOIDS = re.compile(r"\b(?:not|avoid)\b", re.IGNORECASE)
_SUBJECT = re.compile(r'"([^"]+)"|\b([A-Z]{2,})\b')


def read_plainly(text: str, guide: Guide, vendor: str = "") -> ObjectiveReading:
    topics: dict[str, TopicReading] = {}
    subjects: dict[str, str] = {}
    for clause in _CLAUSE.finditer(text):
        is_avoided = _AVOIDS.search(clause[1]) is not None
        keys = [topic.key for topic in guide.topics if re.search(rf"\b{topic.key}\b", clause[1], re.IGNORECASE)]
        for key in sorted(keys, key=clause[1].lower().index):
            if is_avoided or key not in topics:
                topics[key] = TopicReading(key, is_avoided, clause[1], clause.start(1))
        for quoted, acronym in [] if is_avoided else _SUBJECT.findall(clause[1]):
            subjects.setdefault(quoted or acronym, keys[0] if keys else "")
    return ObjectiveReading(tuple(topics.values()), tuple(subjects.items()))


def steer(guide: Guide, objective: str, notes: str = "", picks: Picks | None = None) -> Steering:
    """Use it with the fixture `plain_objectives`, for notes."""
    return steering_of(guide, read_plainly(objective, guide), read_notes(notes, guide), picks)


def subjects_of(objective: str, guide: Guide, vendor: str, contact_name: str) -> Mapping[str, str]:
    return subjects_named(read_plainly(objective, guide), vendor, contact_name)
