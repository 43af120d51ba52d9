from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from interviews.paige.guide.guide import Guide
from interviews.paige.guide.topic_names import TopicNames
from interviews.paige.objective.classified_topics import Context, shares_of
from interviews.paige.objective.instructions import Sign, Word, sentences
from interviews.paige.objective.scopes import asks_about_what_is_before, mentions, says_only_to_avoid
from interviews.paige.objective.second_reader import Shares, is_enabled, shares_of_topics
from interviews.paige.objective.sign_matches import AVOIDING, Mention

RANKS = {Sign.ABSENT: 1, Sign.ASK: 2, Sign.MATTERS: 2, Sign.AVOID: 3, Sign.LEAVE_OUT: 3}
"""Of several signs about a topic, the one with the highest rank counts."""

CONFIRMED, CONFIRMED_IF_AVOIDED = 0.4, 0.03
"""The least probabilities, by the second reader, of a topic that signs ask about, and of one that they avoid."""
SURE = 0.97
"""The least probability, by the second reader, of what contradicts the signs or adds to them."""

REMEMBERED_TEXTS = 128
"""Each GET, turn and keystroke of staff reads the texts again."""


class Source(StrEnum):
    OBJECTIVE = "objective"
    NOTES = "notes"
    STAFF = "staff"


@dataclass(frozen=True)
class Picks:
    """Picks replace what objective and notes say."""

    emphasize: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """`words`: the exact text that decided. Empty for a pick."""

    topic: str
    words: str = field(repr=False)
    source: Source
    is_avoided: bool


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
    said = _reasons(objective, guide.topic_names, Source.OBJECTIVE, confirm=is_enabled())
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
def _reasons(text: str, names: TopicNames, source: Source, *, confirm: bool = False) -> tuple[Reason, ...]:
    """One of each topic, in the order of the text. Takes linear time.

    `confirm`: whether the second reader confirms, corrects and adds to them.
    """
    ranks: dict[str, int] = {}
    found: dict[str, Reason] = {}
    for words, mention in _mentions(text, names, source):
        rank = RANKS[mention.sign] if mention.sign else 0
        if rank > ranks.get(mention.topic, 0):
            found.pop(mention.topic, None)
            quoted = _quoted(text, words[mention.start : mention.end])
            found[mention.topic] = Reason(mention.topic, quoted, source, is_avoided=mention.sign in AVOIDING)
            ranks[mention.topic] = rank
    said = tuple(found.values())
    return _confirmed(text, said, names.classified) if confirm else said


def _confirmed(text: str, said: Sequence[Reason], topics: Set[str]) -> tuple[Reason, ...]:
    """`topics`: the keys that the second reader knows."""
    shares = {topic: each for topic, each in (shares_of_topics(text) or {}).items() if topic in topics}
    found: list[Reason] = []
    for reason in said:
        share = shares.get(reason.topic)
        if not share or _is_confirmed(reason, share):
            found.append(reason)
        elif (share.asked if reason.is_avoided else share.avoided) >= SURE:
            found.append(replace(reason, is_avoided=not reason.is_avoided))
    named = {reason.topic for reason in said}
    asks = any(not reason.is_avoided for reason in found)
    for topic, share in shares.items():
        if topic in named:
            continue
        avoided = share.avoided >= SURE
        if avoided or (share.asked >= SURE and not asks):
            found.append(Reason(topic, _deciding_sentence(text, topic), Source.OBJECTIVE, is_avoided=avoided))
    return tuple(found)


def _is_confirmed(reason: Reason, share: Shares) -> bool:
    return share.avoided >= CONFIRMED_IF_AVOIDED if reason.is_avoided else share.asked >= CONFIRMED


def _deciding_sentence(text: str, topic: str) -> str:
    options = [_quoted(text, words) for words in sentences(text) if any(not word.mark for word in words)]
    return min(options, key=lambda each: (shares_of_topics(each) or {})[topic].neither, default=text)


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
