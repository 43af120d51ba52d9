"""What an objective steers: the topics that objective, notes and staff emphasize or avoid, and the subjects that the
objective names.

Staff pick topics, and correct subjects, as a text, which is stored and audited. An empty text: as found.

emphasize: pricing, options
avoid: trial

SSO
audit logs (may be named)
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from interviews.paige.guide.guide import Guide
from interviews.paige.language import is_form, unaccented
from interviews.paige.reading.readings import ObjectiveReading

NO_TOPIC = "no topic"
"""The text of picks without topics."""

MAY_BE_NAMED = " (may be named)"
NO_SUBJECT = "no subject"
MAX_LENGTH = 60

MIN_LETTERS, MAX_LETTERS = 3, 6
"""Of an acronym whose words may be spelled out."""

_PLAIN = re.compile(r"\w(?:[\w \-&/.'\N{RIGHT SINGLE QUOTATION MARK}+#]*[\w+#])?")
_INNER = re.compile("of|on|in|and|as|for|zur|zum|und|fur|de|des|du|la|del")
"""May be left out of a subject, and have a letter in an acronym."""
_OUTER = re.compile(
    "the|an|it|we|you|he|she|they|is|was|are|were|be|has|had|our|your|to|at|by|with|from|or|but|not|no|"
    "der|die|das|den|dem|ein|eine|es|wir|sie|er|ich|ist|war|sind|hat|im|am|zu|mit|von|bei|auf|unser|oder|aber|"
    "le|les|un|une|il|elle|nous|vous|est|au|aux|et|ou|el|los|las|una|es|se|su|con|por"
)
"""Words that have no letter in an acronym."""


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


@dataclass(frozen=True)
class CorrectedSubjects:
    every: tuple[str, ...] = ()
    nameable: tuple[str, ...] = ()


def subjects_text(corrected: CorrectedSubjects | None) -> str:
    if corrected is None:
        return ""
    lines = [f"{each}{MAY_BE_NAMED}" if each in corrected.nameable else each for each in corrected.every]
    return "\n".join(lines) or NO_SUBJECT


def subjects_in(text: str) -> CorrectedSubjects | None:
    """Ignores empty lines, spaces around a subject, and repeated subjects."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    lines = [line for line in lines if line != NO_SUBJECT]
    return CorrectedSubjects(_each(lines), _each(line for line in lines if line.endswith(MAY_BE_NAMED)))


def _each(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.removesuffix(MAY_BE_NAMED) for line in lines))


def is_plain(subject: str) -> bool:
    """Whether Paige can name it."""
    return len(subject) <= MAX_LENGTH and subject.isprintable() and _PLAIN.fullmatch(subject) is not None


def subjects_named(said: ObjectiveReading, vendor: str, contact_name: str) -> Mapping[str, str]:
    """Each with the key of its topic, or "". Leaves out the names of vendor and contact."""
    names = {form for name in unaccented(f"{vendor} {contact_name}").split() for form in (name, f"{name}s")}
    return {
        each: topic
        for each, topic in said.subjects
        if is_plain(each) and not names.issuperset(unaccented(each).split())
    }


def mentions_subject(text: str, subjects: Iterable[str]) -> bool:
    """Also in another inflection, as an acronym, or spelled out."""
    words = _words(text)
    return any(_mentions(words, _words(subject)) for subject in subjects)


def _mentions(words: tuple[str, ...], subject: tuple[str, ...]) -> bool:
    named = [word for word in subject if not _INNER.fullmatch(word)] or subject
    if named and all(any(is_form(word, part) for word in words) for part in named):
        return True
    joined = "".join(subject)
    is_joined = joined in (first + second for first, second in pairwise(words))  # "sign on" is "signon"
    return is_joined or joined in _acronyms(words) or not _acronyms(subject).isdisjoint(words)


@lru_cache(maxsize=512)
def _acronyms(words: Sequence[str]) -> frozenset[str]:
    """Of neighbours that may be a spelled-out acronym."""
    runs = (words[at : at + size] for size in range(MIN_LETTERS, MAX_LETTERS + 1) for at in range(len(words)))
    return frozenset(
        "".join(part[0] for part in run)
        for run in runs
        if len(run) >= MIN_LETTERS and not any(len(part) == 1 or _OUTER.fullmatch(part) for part in run)
    )


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in unaccented(text).split() if not word.startswith("?"))
