"""What objective, notes and picks of staff steer to, and what the objective names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from interviews.paige.guide.guide import Guide
from interviews.paige.language.words import unaccented
from interviews.paige.objective.corrected_subjects import is_plain
from interviews.paige.reading.readings import ObjectiveReading


class Source(StrEnum):
    OBJECTIVE = "objective"
    NOTES = "notes"
    STAFF = "staff"


@dataclass(frozen=True)
class Reason:
    """`words`: the exact text that decided; of notes, the whole sentence. Empty for a pick."""

    topic: str
    words: str = field(repr=False)
    source: Source
    is_avoided: bool


@dataclass(frozen=True)
class Picks:
    emphasize: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Steering:
    """The emphasized topics are in the order in which to ask them.

    Of the avoided ones, only the core topics are asked, without follow-ups.
    """

    emphasize: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = field(default=(), repr=False)


def steering_of(guide: Guide, said: ObjectiveReading, noted: ObjectiveReading, picks: Picks | None = None) -> Steering:
    """Picks replace objective and notes. What the objective says of a topic counts more than notes, which only avoid.

    No message can contain notes, so that "do not mention" needs nothing more. Ignores keys that the guide lacks.
    """
    if picks is not None:
        reasons = [Reason(key, "", Source.STAFF, key in picks.avoid) for key in (*picks.emphasize, *picks.avoid)]
    else:
        decided = {each.topic for each in said.topics}
        reasons = [Reason(each.topic, each.words, Source.OBJECTIVE, each.is_avoided) for each in said.topics]
        reasons += [
            Reason(each.topic, each.words, Source.NOTES, each.is_avoided)
            for each in noted.topics
            if each.topic not in decided
        ]
    keys = {topic.key for topic in guide.topics}
    known = tuple(each for each in reasons if each.topic in keys)
    emphasize = tuple(dict.fromkeys(each.topic for each in known if not each.is_avoided))
    return Steering(emphasize, tuple(dict.fromkeys(each.topic for each in known if each.is_avoided)), known)


def subjects_named(said: ObjectiveReading, vendor: str, contact_name: str) -> Mapping[str, str]:
    """Each with the key of its topic, or "". The names of vendor and contact are no subjects."""
    names = {form for name in unaccented(f"{vendor} {contact_name}").split() for form in (name, f"{name}s")}
    return {
        each: topic
        for each, topic in said.subjects
        if is_plain(each) and not names.issuperset(unaccented(each).split())
    }
