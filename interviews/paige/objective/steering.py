"""What objective, notes and picks of staff steer to. The one entry of this folder is steer().

How an objective is read: docs/decisions/0051-one-reader-of-objectives.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from interviews.paige.guide.guide import Guide
from interviews.paige.objective.reading import Reason, Source, reasons_in
from interviews.paige.reading.objective import read_notes, read_objective


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


def steer(guide: Guide, objective: str, notes: str = "", picks: Picks | None = None, *, vendor: str = "") -> Steering:
    """Ignores keys of `picks` that the guide does not have. `vendor`: the name that texts and the guide may contain."""
    if picks is not None:
        return _picked({topic.key for topic in guide.topics}, picks)
    said, noted = (
        [*reasons_in(text, guide.topic_names, source), *_learned(text, guide, source, vendor)]
        for text, source in ((objective, Source.OBJECTIVE), (notes, Source.NOTES))
    )
    decided = {reason.topic for reason in said}
    return _steering([*said, *(reason for reason in noted if reason.topic not in decided)])


def _learned(text: str, guide: Guide, source: Source, vendor: str) -> Iterator[Reason]:
    """Of topics without phrases for objectives, such as those of an org's own guide. Notes only avoid."""
    own = {topic.key for topic in guide.topics if not topic.objective_phrases}
    read = read_objective if source is Source.OBJECTIVE else read_notes
    for each in read(text, guide, vendor).topics if own and text.strip() else ():
        if each.topic in own:
            yield Reason(each.topic, each.words, source, each.is_avoided)


def _picked(keys: set[str], picks: Picks) -> Steering:
    avoid = [Reason(key, "", Source.STAFF, is_avoided=True) for key in picks.avoid if key in keys]
    emphasize = [key for key in picks.emphasize if key in keys and key not in picks.avoid]
    return _steering([*(Reason(key, "", Source.STAFF, is_avoided=False) for key in emphasize), *avoid])


def _steering(reasons: Iterable[Reason]) -> Steering:
    found = tuple(reasons)
    emphasize = tuple(dict.fromkeys(reason.topic for reason in found if not reason.is_avoided))
    return Steering(emphasize, tuple(dict.fromkeys(reason.topic for reason in found if reason.is_avoided)), found)
