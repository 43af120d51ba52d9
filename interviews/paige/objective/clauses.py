"""Which topics a sentence asks about and which it avoids, clause by clause: rule 2 of
docs/decisions/0051-one-reader-of-objectives.md.

Examples: "do not ask about price, competitors", "please avoid: price", "about the price: no questions".
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from interviews.paige.guide.topic_names import TopicNames
from interviews.paige.objective import sign_matches
from interviews.paige.objective.instructions import Place, Sign, Word, vocabulary
from interviews.paige.objective.sign_matches import NEGATIVE, REPORTING, SignMatch, TopicMatch, first_word
from interviews.paige.objective.thresholds import MAX_DISTANCE_IN_NOTES

OPENING = NEGATIVE | REPORTING | {Sign.ASK, Sign.BECAUSE, Sign.BACKGROUND}


@dataclass
class Mention:
    """`start` and `end` are indexes of words, and include the sign that decided if it avoids the topic.

    `is_background`: whether a clause with a verb only states something about the topic.
    """

    topic: str
    start: int
    end: int
    sign: Sign
    is_background: bool = False


@dataclass(frozen=True)
class _Clause:
    words: Sequence[Word]
    signs: list[SignMatch] = field(default_factory=list)
    topics: list[TopicMatch] = field(default_factory=list)

    def has_word(self, texts: frozenset[str]) -> bool:
        return any(word.text in texts for word in self.words)

    @property
    def kinds(self) -> set[Sign]:
        return {sign.value[0] for sign in self.signs}


def mentions(words: Sequence[Word], names: TopicNames, *, is_notes: bool = False) -> list[Mention]:
    texts = [word.text for word in words]
    named = names.phrases.find(texts)
    if not named:
        return []
    signs = sign_matches.signs_in(texts, sign_matches.OF_NOTES if is_notes else sign_matches.OF_OBJECTIVES)
    topics = sign_matches.topics_in(named, signs, sign_matches.items_of(texts, signs))
    opening = [_as_heading(sign, words) for sign in signs if sign.value[0] in OPENING]
    clauses = _clauses(words, opening, topics, colons=not is_notes)
    if is_notes:
        return [mention for clause in clauses for mention in _mentions_in_notes(clause)]
    reader = _Reader(words)
    for clause in clauses:
        reader.read(clause)
    if reader.waiting:
        reader.refer_back(reader.waiting)
    return reader.found


def _as_heading(sign: SignMatch, words: Sequence[Word]) -> SignMatch:
    """A sign with a colon is about what follows: "off limits: pricing"."""
    has_colon = ":" in (words[sign.end - 1].mark, words[min(sign.end, len(words) - 1)].mark)
    return replace(sign, value=(sign.value[0], Place.BEFORE)) if has_colon else sign


def _clauses(
    words: Sequence[Word], signs: Sequence[SignMatch], topics: Sequence[TopicMatch], *, colons: bool
) -> list[_Clause]:
    texts = [word.text for word in words]
    marks = {index for index, word in enumerate(words) if word.mark and (colons or word.mark != ":")}
    matches: list[SignMatch | TopicMatch] = [*signs, *topics]
    inside = {index for match in matches for index in range(first_word(texts, match) + 1, match.end)}
    before = {first_word(texts, sign) for sign in signs if sign.value[1] is Place.BEFORE}
    borders = sorted({0, len(words), *(marks - inside), *before})
    clauses = [_Clause(words[start:end]) for start, end in pairwise(borders)]
    for sign in sorted(signs, key=lambda sign: sign.start):
        clauses[bisect_right(borders, first_word(texts, sign)) - 1].signs.append(sign)
    for topic in sorted(topics, key=lambda topic: topic.start):
        clauses[bisect_right(borders, topic.start) - 1].topics.append(topic)
    return clauses


def _mentions_in_notes(clause: _Clause) -> Iterator[Mention]:
    starts = [sign.start for sign in clause.signs]
    for topic in clause.topics:
        following = bisect_right(starts, topic.start)
        for sign in clause.signs[max(0, following - 1) : following + 1]:
            kind, place = sign.value
            fits = sign.end >= topic.end if place is Place.AFTER else sign.start <= topic.start
            distance = max(sign.start - topic.end, topic.start - sign.end)
            if fits and kind in NEGATIVE | REPORTING and distance <= MAX_DISTANCE_IN_NOTES:
                yield Mention(topic.value.topic, min(topic.start, sign.start), max(topic.end, sign.end), kind)
                break


class _Reader:
    """`sign` is in force. `waiting`: a sign that avoids and has no topic yet. `latest`: those of the latest clause."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words, self.is_question = words, words[-1].mark == "?"
        self.is_record = words[-2].mark == "." and any(word.text[:1].isdigit() for word in words)
        self.found: list[Mention] = []
        self.latest: list[Mention] = []
        self.sign = Sign.ASK
        self.waiting: SignMatch | None = None

    def read(self, clause: _Clause) -> None:
        own = self._avoiding(clause)
        asks = Sign.ASK in clause.kinds
        is_reason = Sign.BECAUSE in clause.kinds and self.sign is Sign.AVOID
        if not (own or asks) and (is_reason or Sign.BACKGROUND in clause.kinds):
            return
        is_statement = (self.is_record or clause.has_word(vocabulary().clauses)) and not (own or asks or self.waiting)
        if own:
            self.sign = Sign.AVOID
        elif (asks and not self._is_avoided(clause)) or is_statement:
            self.sign, self.waiting = Sign.ASK, None
        if clause.topics:
            self._add(clause, own or self.waiting, is_background=is_statement and not self.is_question)
        elif own and own.value[1] is Place.AFTER and self.latest:
            self.refer_back(own)
        elif own:
            self.waiting = own
        if own and own.value[1] is not Place.BEFORE and not self.waiting:
            self.sign = Sign.ASK

    def _avoiding(self, clause: _Clause) -> SignMatch | None:
        """A negation in a question, such as "why not", avoids nothing."""
        negative = NEGATIVE - {Sign.NEGATION} if self.is_question else NEGATIVE
        return next((sign for sign in clause.signs if sign.value[0] in negative), None)

    def _is_avoided(self, clause: _Clause) -> bool:
        """Whether the question is the one to avoid, such as in "avoid any talk about"."""
        if not self.waiting:
            return False
        between = self.words[self.waiting.end : clause.signs[0].start]
        return len(between) <= 1 and not any(word.mark for word in between)

    def _add(self, clause: _Clause, deciding: SignMatch | None, *, is_background: bool) -> None:
        self.latest = []
        for topic in clause.topics:
            mention = Mention(topic.value.topic, topic.start, topic.end, self.sign, is_background)
            if deciding and self.sign is Sign.AVOID:
                _include(mention, deciding)
            self.latest.append(mention)
        # The first of each topic decides. An item asks about its first topic: "the problems before the trial" are not
        # about the trial.
        is_item = self.sign is Sign.ASK and not clause.has_word(vocabulary().lists)
        first = {mention.topic: mention for mention in reversed(self.latest)}
        self.latest = self.latest[:1] if is_item else [each for each in self.latest if each is first[each.topic]]
        self.found += self.latest
        self.waiting = None

    def refer_back(self, sign: SignMatch) -> None:
        for mention in self.latest:
            mention.sign, mention.is_background = Sign.AVOID, False
            _include(mention, sign)


def _include(mention: Mention, sign: SignMatch) -> None:
    mention.start, mention.end = min(mention.start, sign.start), max(mention.end, sign.end)
