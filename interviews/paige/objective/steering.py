"""Which topics objective, notes and staff emphasize or avoid.

Staff pick topics as a text, which is stored and audited. An empty text: objective and notes decide.

emphasize: pricing, options
avoid: trial
"""

from dataclasses import dataclass, field
from enum import StrEnum

from interviews.paige.guide.guide import Guide
from interviews.paige.reading.readings import ObjectiveReading

NO_TOPIC = "no topic"
"""The text of picks without topics."""


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
    """Keys of topics."""

    emphasize: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.emphasize, *self.avoid)


@dataclass(frozen=True)
class Steering:
    """`emphasize`: in the order in which to ask. Of `avoid`, only core topics are asked, without follow-ups."""

    emphasize: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = field(default=(), repr=False)


def steering_of(guide: Guide, said: ObjectiveReading, noted: ObjectiveReading, picks: Picks | None = None) -> Steering:
    """Picks replace objective and notes. What the objective says of a topic counts more than notes, which only avoid.

    No message can contain notes, so "do not mention" needs nothing more. Ignores keys that the guide lacks.
    """
    if picks is not None:
        reasons = [Reason(key, "", Source.STAFF, key in picks.avoid) for key in picks.keys]
    else:
        decided = {each.topic for each in said.topics}
        found = [(Source.OBJECTIVE, each) for each in said.topics]
        found += [(Source.NOTES, each) for each in noted.topics if each.topic not in decided]
        reasons = [Reason(each.topic, each.words, source, each.is_avoided) for source, each in found]
    keys = {topic.key for topic in guide.topics}
    known = tuple(each for each in reasons if each.topic in keys)
    emphasize = dict.fromkeys(each.topic for each in known if not each.is_avoided)
    avoid = dict.fromkeys(each.topic for each in known if each.is_avoided)
    return Steering(tuple(emphasize), tuple(avoid), known)


def picks_text(picks: Picks | None) -> str:
    if picks is None:
        return ""
    lines = [f"{name}: {', '.join(keys)}" for name, keys in vars(picks).items() if keys]
    return "\n".join(lines) or NO_TOPIC


def picks_in(text: str) -> Picks | None:
    if not text:
        return None
    lines = dict(line.split(": ", 1) for line in text.splitlines() if line != NO_TOPIC)
    return Picks(**{name: tuple(keys.split(", ")) for name, keys in lines.items()})


def known_picks(text: str, guide: Guide) -> Picks | None:
    """Without topics that the guide does not have. None if only those are picked."""
    picks, unknown = picks_in(text), unknown_keys(text, guide)
    if picks is None or not unknown:
        return picks
    known = Picks(*(tuple(key for key in keys if key not in unknown) for keys in (picks.emphasize, picks.avoid)))
    return known if known.keys else None


def unknown_keys(text: str, guide: Guide) -> list[str]:
    """The picked topics that the guide does not have."""
    keys = {topic.key for topic in guide.topics}
    return [key for key in (picks_in(text) or Picks()).keys if key not in keys]
