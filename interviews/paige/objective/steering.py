"""What objective, notes and picks of staff steer to. The one entry of this folder is steer().

How an objective is read:

1. Phrases of the guide name topics, and signs of the language say whether a clause asks about its topics or avoids
   them: clauses.py. Nothing else reads notes, and objectives of topics that the encoder does not know.
2. A transformer encoder (encoder.py) reads the sentences, one by one. Those that say nothing are left out. It reads
   the rest as a whole, and gives for each topic the probabilities of "asked", "avoided" and "neither": topic_labels.py.
3. It confirms, contradicts and adds to what the phrases say: reading.py, with the numbers of thresholds.py.

Why, and how well: docs/decisions/0051-one-reader-of-objectives.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from interviews.paige.guide.guide import Guide
from interviews.paige.objective.reading import Reason, Source, reasons_in


@dataclass(frozen=True)
class Picks:
    """Picks replace what objective and notes say."""

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


def steer(guide: Guide, objective: str, notes: str = "", picks: Picks | None = None) -> Steering:
    """Ignores keys of `picks` that the guide does not have."""
    if picks is not None:
        return _picked({topic.key for topic in guide.topics}, picks)
    said = reasons_in(objective, guide.topic_names, Source.OBJECTIVE)
    noted = reasons_in(notes, guide.topic_names, Source.NOTES)
    decided = {reason.topic for reason in said}
    return _steering([*said, *(reason for reason in noted if reason.topic not in decided)])


def _picked(keys: set[str], picks: Picks) -> Steering:
    avoid = [Reason(key, "", Source.STAFF, is_avoided=True) for key in picks.avoid if key in keys]
    emphasize = [key for key in picks.emphasize if key in keys and key not in picks.avoid]
    return _steering([*(Reason(key, "", Source.STAFF, is_avoided=False) for key in emphasize), *avoid])


def _steering(reasons: Iterable[Reason]) -> Steering:
    found = tuple(reasons)
    emphasize = tuple(dict.fromkeys(reason.topic for reason in found if not reason.is_avoided))
    return Steering(emphasize, tuple(dict.fromkeys(reason.topic for reason in found if reason.is_avoided)), found)
