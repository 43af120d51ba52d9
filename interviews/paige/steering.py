"""Which topics an interview is about: the objective, the contact's notes and staff's picks decide."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from interviews.paige.classified_topics import Context, shares_of
from interviews.paige.guide import Guide
from interviews.paige.instructions import Sign, Word, sentences
from interviews.paige.scopes import asks_about_what_is_before, mentions, says_only_to_avoid
from interviews.paige.sign_matches import AVOIDING, Mention, TopicNames

RANKS = {Sign.ABSENT: 1, Sign.ASK: 2, Sign.MATTERS: 2, Sign.AVOID: 3, Sign.LEAVE_OUT: 3}
"""Of several signs that are about a topic, the one with the highest rank counts."""

REMEMBERED_TEXTS = 128
"""The number of texts whose reading a process keeps. Each GET, turn and keystroke of staff needs them again."""


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
    said = _reasons(objective, guide.topic_names, Source.OBJECTIVE)
    decided = {reason.topic for reason in said}
    return _steering(
        [
            *said,
            *(reason for reason in _reasons(notes, guide.topic_names, Source.NOTES) if reason.topic not in decided),
        ]
    )


def _picked(keys: set[str], picks: Picks) -> Steering:
    avoid = [Reason(key, "", Source.STAFF, is_avoided=True) for key in picks.avoid if key in keys]
    emphasize = [key for key in picks.emphasize if key in keys and key not in picks.avoid]
    return _steering([*(Reason(key, "", Source.STAFF, is_avoided=False) for key in emphasize), *avoid])


def _steering(reasons: Iterable[Reason]) -> Steering:
    found = tuple(reasons)
    emphasize = tuple(dict.fromkeys(reason.topic for reason in found if not reason.is_avoided))
    return Steering(emphasize, tuple(dict.fromkeys(reason.topic for reason in found if reason.is_avoided)), found)


@lru_cache(maxsize=REMEMBERED_TEXTS)
def _reasons(text: str, names: TopicNames, source: Source) -> tuple[Reason, ...]:
    """One of each topic, in the order of the text, in time linear to its length."""
    ranks: dict[str, int] = {}
    found: dict[str, Reason] = {}
    for words, mention in _mentions(text, names, source):
        rank = RANKS[mention.sign] if mention.sign else 0
        if rank > ranks.get(mention.topic, 0):
            found.pop(mention.topic, None)
            quoted = _quoted(text, words[mention.start : mention.end])
            found[mention.topic] = Reason(mention.topic, quoted, source, is_avoided=mention.sign in AVOIDING)
            ranks[mention.topic] = rank
    return tuple(found.values())


def _mentions(text: str, names: TopicNames, source: Source) -> list[tuple[Sequence[Word], Mention]]:
    """Leaves out what is only background, if the text asks for something."""
    found: list[tuple[Sequence[Word], Mention]] = []
    latest: list[Mention] = []
    read = list(sentences(text))
    context = _context(read, names.classified) if source is Source.OBJECTIVE else None
    for words in read:
        if said := mentions(words, names, context):
            latest = said
            found += [(words, mention) for mention in said]
        elif latest and says_only_to_avoid(words):
            for mention in latest:
                mention.sign = Sign.AVOID
        elif latest and asks_about_what_is_before(words):
            for mention in latest[-1:]:
                mention.is_background = False
    asks = any(mention.sign is Sign.ASK and not mention.is_background for _, mention in found)
    return [each for each in found if not (asks and each[1].sign is Sign.ASK and each[1].is_background)]


def _context(read: Sequence[Sequence[Word]], topics: Set[str]) -> Context:
    is_more = bool(topics) and len(read) > 1
    return Context(topics, shares_of(word.text for words in read for word in words) if is_more else None)


def _quoted(text: str, words: Sequence[Word]) -> str:
    marked = [word for word in words if not word.mark]
    return text[marked[0].start : marked[-1].end]
