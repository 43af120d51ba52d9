"""Which topics an interview is about: the objective, the contact's notes and staff's picks decide."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from interviews.paige.guide import Guide


class Source(StrEnum):
    OBJECTIVE = "objective"
    NOTES = "notes"
    STAFF = "staff"


@dataclass(frozen=True)
class Picks:
    """Keys of topics that staff have picked. They replace what objective and notes say."""

    emphasize: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """`words`: the exact text of the objective or the notes that decided. Empty for a pick."""

    topic: str
    words: str = field(repr=False)
    source: Source
    is_avoided: bool


@dataclass(frozen=True)
class Steering:
    """Keys of topics, the emphasized ones in the order in which to ask them.

    Of the avoided ones, only the core topics are asked, without follow-ups.
    """

    emphasize: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = field(default=(), repr=False)


def steer(guide: Guide, objective: str, notes: str = "", picks: Picks | None = None) -> Steering:
    """`picks`: None if staff have picked nothing. Keys that the guide does not have are ignored."""
    if picks is not None:
        return _picked({topic.key for topic in guide.topics}, picks)
    hits = {topic.key: found for topic in guide.topics if (found := topic.phrases_in(objective))}
    return _steering(Reason(topic, min(found), Source.OBJECTIVE, is_avoided=False) for topic, found in hits.items())


def _picked(keys: set[str], picks: Picks) -> Steering:
    avoid = [Reason(key, "", Source.STAFF, is_avoided=True) for key in picks.avoid if key in keys]
    emphasize = [key for key in picks.emphasize if key in keys and key not in picks.avoid]
    return _steering([*(Reason(key, "", Source.STAFF, is_avoided=False) for key in emphasize), *avoid])


def _steering(reasons: Iterable[Reason]) -> Steering:
    found = tuple(reasons)
    emphasize = tuple(dict.fromkeys(reason.topic for reason in found if not reason.is_avoided))
    return Steering(emphasize, tuple(dict.fromkeys(reason.topic for reason in found if reason.is_avoided)), found)
