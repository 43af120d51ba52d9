from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile

from interviews.paige.guide.topic_names import TopicNames, TopicPhrase
from interviews.paige.objective.classified_topics import Context, avoidance, classified_topics
from interviews.paige.objective.instructions import Place, Sign, Word, vocabulary
from interviews.paige.objective.negations import Negations
from interviews.paige.objective.sign_matches import (
    AVOIDING,
    MAX_WORDS_OF_A_REMARK,
    NEGATIVE,
    NOT_READ,
    OF_NOTES,
    OF_OBJECTIVES,
    REPORTING,
    Mention,
    SignMatch,
    TopicMatch,
    first_word,
    items_of,
    signs_in,
    topics_in,
)

MAX_DISTANCE, MAX_DISTANCE_IN_NOTES = 6, 4
"""In words, from a topic to a sign after it; in notes, also from a sign to a topic after it."""
MAX_DISTANCE_OVER_A_SIGN = 1
"""In words, between two signs that can both be about the topics before them."""

MIN_WORDS_OF_A_DOUBLE_NEGATIVE = 3

_JOINS = frozenset(":(-\N{EN DASH}\N{EM DASH}")
"""After one of these, a sign may be about what is before it."""


def mentions(words: Sequence[Word], names: TopicNames, context: Context | None = None) -> list[Mention]:
    """`context`: None for notes, in which a topic needs a phrase and a sign near it."""
    texts = [word.text for word in words]
    named = names.phrases.find(texts)
    if not named and not (context and context.topics):
        return []
    signs = signs_in(texts, OF_OBJECTIVES if context else OF_NOTES)
    items = items_of(texts, signs)
    topics = topics_in(named, signs, items)
    place = avoidance(words, signs) if context else None
    if context and context.topics:
        avoids = bool(place) and not any(sign.value[0] in NEGATIVE for sign in signs)
        topics = classified_topics(texts, topics, signs, items, context, avoids=avoids)
    reader = _Reader(words, items, is_notes=not context)
    passed = 0
    found: list[SignMatch | TopicMatch] = [*signs, *topics]
    for match in sorted(found, key=lambda match: first_word(texts, match)):
        start = first_word(texts, match)
        for index in range(passed, start):
            reader.pass_word(index)
        passed = max(passed, start)
        value = match.value
        if isinstance(value, TopicPhrase):
            reader.meet_topic(value.topic, match.start, match.end)
        else:
            reader.meet_sign(*value, match.start, match.end)
    reader.refer_back(len(words))
    if context:
        Negations(words, reader.clauses, reader.found).read(signs)
        if place and not any(map(_is_double_negative, signs)):
            reader.avoid_without_sign(*place)
    return reader.found


def says_only_to_avoid(words: Sequence[Word]) -> bool:
    """For a short sentence about the sentence before it, such as "Please do not ask."."""
    if len(words) > MAX_WORDS_OF_A_REMARK or words[-1].mark == "?":
        return False
    found = signs_in([word.text for word in words], OF_OBJECTIVES)
    signs = {match.value for match in found}
    kinds = {sign for sign, _ in signs}
    avoids = Sign.AVOID in kinds or (Sign.NEGATION, Place.AFTER) in signs
    return (avoids and Sign.ASK not in kinds) or avoidance(words, found) is not None


def asks_about_what_is_before(words: Sequence[Word]) -> bool:
    """For a sentence without a topic, such as "What happened?"."""
    signs = {match.value[0] for match in signs_in([word.text for word in words], OF_OBJECTIVES)}
    return signs.isdisjoint(AVOIDING) and (words[-1].mark == "?" or Sign.ASK in signs)


def _is_double_negative(sign: SignMatch) -> bool:
    """Such as "do not leave out". Short signs that ask, such as "focus on", may stand in a sentence that avoids."""
    kind, size = sign.value[0], sign.end - sign.start
    return kind is Sign.NOTHING or (kind is Sign.ASK and size >= MIN_WORDS_OF_A_DOUBLE_NEGATIVE)


@dataclass
class _Scope:
    """`sign` is about the topics that follow, or, with `is_around`, about those inside it. `end`: 0 without a sign.

    `outer`: the sign of the scope before. `mentions`: the number of mentions before this scope.
    """

    sign: Sign | None
    start: int = 0
    end: int = 0
    is_around: bool = False
    outer: Sign | None = None
    mentions: int = 0


class _Reader:
    """A clause is what is between two separators."""

    def __init__(self, words: Sequence[Word], items: Sequence[int], is_notes: bool) -> None:
        self.words, self.items, self.is_notes = words, items, is_notes
        self.default = None if is_notes else Sign.ASK
        self.scope = _Scope(self.default)
        self.found: list[Mention] = []
        self.clauses = list(accumulate(bool(word.mark) for word in words))
        self.with_verb = self._clauses_with(vocabulary().clauses)
        self.with_list = self._clauses_with(vocabulary().lists)
        beginnings = [i for i, word in enumerate(words) if i and words[i - 1].mark and not word.mark]
        self.statements = {self.clauses[i] for i in beginnings if words[i].text in vocabulary().clauses}
        self.is_record = words[-2].mark == "." and any(word.text[:1].isdigit() for word in words)
        self.reasons: set[int] = set()
        # Two indexes in `found`. A sign after topics is about those from the second index on, else from the first on.
        self.reaches = (0, 0)
        self.outside: list[_Scope] = []
        self.is_avoiding = False

    def pass_word(self, index: int) -> None:
        mark = self.words[index].mark
        if not mark or index < self.scope.end:
            return
        if self.is_notes:
            if mark != ":" or index != self.scope.end:
                self._open(self.default)
        elif mark in "([":
            self.outside.append(self.scope)
        elif mark in ")]" and self.outside:
            self.scope = self.outside.pop()
        elif mark in _JOINS and self.scope.sign in AVOIDING and self.found and self.found[-1].sign is self.scope.sign:
            self._open(self.default)

    def meet_sign(self, sign: Sign, place: Place, start: int, end: int) -> None:
        if sign in NOT_READ:
            return
        self.refer_back(start)
        is_in_brackets = bool(self.outside) and self.outside[-1].sign in AVOIDING
        if sign is Sign.ASK and (is_in_brackets or self._is_an_avoided_question(start)):
            self.scope.end, self.scope.is_around = end, False
            return
        if sign is Sign.BECAUSE and self.words[start - 1].mark:
            self.reasons.add(self.clauses[start])
        if sign in (Sign.BECAUSE, Sign.BACKGROUND):
            if self.is_avoiding or self.is_notes or sign is Sign.BACKGROUND:
                self._open(None, start, end)
            return
        is_heading = ":" in (self.words[end - 1].mark, self.words[min(end, len(self.words) - 1)].mark)
        if place is Place.AFTER and not is_heading and (reached := self._reached(sign, start)):
            for mention in reached:
                mention.sign, mention.end = sign, max(mention.end, end)
            self.reaches = (len(self.found), len(self.found))
            self._open(self.default)
        else:
            if self.reaches[1] < len(self.found):
                self.reaches = (self.reaches[1], len(self.found))
            means = None if self.is_notes and sign is Sign.ASK else sign
            self._open(means, start, end, is_around=place is Place.AROUND)
        self.is_avoiding = sign in AVOIDING

    def refer_back(self, end: int) -> None:
        """If only a pronoun follows AVOID, avoids the clause before: "it is a sore point, stay clear of it"."""
        scope = self.scope
        if scope.sign is not Sign.AVOID or self.is_notes or not 0 < scope.mentions == len(self.found):
            return
        rest = self.words[scope.end : end]
        object_ = list(takewhile(lambda word: word.text in vocabulary().pronouns, rest))
        after = rest[len(object_) : len(object_) + 1]
        if not after or after[0].mark not in ("", ":"):
            self._avoid_latest()

    def meet_topic(self, topic: str, start: int, end: int) -> None:
        scope = self.scope
        if scope.is_around and start >= scope.end:
            self._open(self.default)
            scope = self.scope
        sign = scope.outer if end <= scope.end and not scope.is_around else scope.sign
        first = min(start, scope.start) if sign in AVOIDING | REPORTING else start
        if first < start and self._is_out_of_reach(start):
            sign, first = None, start
        if sign is Sign.ASK and self._is_another_topic_of_an_item(topic, end):
            return
        last = max(end, scope.end) if scope.is_around else end
        self.found.append(Mention(topic, first, last, sign, scope.end > 0, self._is_background(start)))

    def avoid_without_sign(self, start: int, end: int) -> None:
        """Does nothing if a sign avoids a topic. `start`, `end`: the deciding words."""
        if any(mention.sign in AVOIDING for mention in self.found):
            return
        for mention in self.found:
            mention.sign, mention.is_background = Sign.AVOID, False
            mention.start, mention.end = min(mention.start, start), max(mention.end, end)

    def _is_background(self, start: int) -> bool:
        clause = self.clauses[start]
        if clause in self.reasons:
            return True
        if self.words[-1].mark == "?":
            return False
        if not self.scope.end:
            return clause in self.with_verb or self.is_record
        return clause in self.statements and clause > self.clauses[self.scope.end - 1]

    def _open(self, sign: Sign | None, start: int = 0, end: int = 0, *, is_around: bool = False) -> None:
        self.scope = _Scope(sign, start, end, is_around, self.scope.sign, len(self.found))

    def _is_out_of_reach(self, start: int) -> bool:
        nearest = max(self.scope.end, self.found[-1].end if self.found else 0)
        if self.is_notes and start - nearest > MAX_DISTANCE_IN_NOTES:
            return True
        clause = self.clauses[start]
        return clause in self.with_verb and clause > self.clauses[self.scope.end - 1]

    def _is_an_avoided_question(self, start: int) -> bool:
        """Such as "do not ask, who decided" and "avoid any talk about"."""
        scope = self.scope
        if scope.sign not in AVOIDING or not scope.end or scope.mentions < len(self.found):
            return False
        return start - scope.end <= 1 and not any(word.mark for word in self.words[scope.end : start])

    def _is_another_topic_of_an_item(self, topic: str, end: int) -> bool:
        """An item asks about its first topic: "the problems before the trial" are not about the trial."""
        last = self.found[-1] if self.found else None
        if not last or last.sign is not Sign.ASK or last.topic == topic:
            return False
        return self.items[last.end - 1] == self.items[end - 1]

    def _reached(self, sign: Sign, start: int) -> list[Mention]:
        reach, latest = self.reaches
        if latest < len(self.found) or start - self.scope.end > MAX_DISTANCE_OVER_A_SIGN:
            reach = latest
        found = self.found[reach:]
        if not found or start - found[-1].end > (MAX_DISTANCE_IN_NOTES if self.is_notes else MAX_DISTANCE):
            return []
        clause, own = self.clauses[found[-1].end - 1], self.clauses[start]
        near = [mention for mention in found if self.clauses[mention.end - 1] == clause]
        if sign is Sign.ASK:
            return near if own == clause and not self.is_notes and self.clauses[self.scope.end - 1] < clause else []
        joint = self.words[start if self.words[start].mark else start - 1].mark
        if self.is_notes:
            return near if own == clause or (joint in _JOINS and start == found[-1].end) else []
        if joint in _JOINS or clause in self.with_list:
            return [each for each in found if self.clauses[each.end - 1] == clause or not each.is_claimed]
        return near

    def _avoid_latest(self) -> None:
        clause = self.clauses[self.found[-1].end - 1]
        for mention in reversed(self.found):
            is_near = clause in self.with_list or self.clauses[mention.end - 1] == clause
            if mention.is_claimed or mention.sign is not Sign.ASK or not is_near:
                break
            mention.sign = Sign.AVOID

    def _clauses_with(self, texts: Container[str]) -> set[int]:
        return {clause for clause, word in zip(self.clauses, self.words, strict=True) if word.text in texts}
