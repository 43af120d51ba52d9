from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import groupby
from math import cbrt

from interviews.paige.guide.topic_names import TopicNames
from interviews.paige.objective import thresholds
from interviews.paige.objective.clauses import Mention, mentions
from interviews.paige.objective.instructions import Place, Sign, Word, sentences
from interviews.paige.objective.sign_matches import AVOIDING, OF_OBJECTIVES, signs_in
from interviews.paige.objective.topic_labels import Labels, labels_of, pieces_of

RANKS = {Sign.ABSENT: 1, Sign.ASK: 2, Sign.MATTERS: 2, Sign.AVOID: 3, Sign.LEAVE_OUT: 3}


class Source(StrEnum):
    OBJECTIVE = "objective"
    NOTES = "notes"
    STAFF = "staff"


@dataclass(frozen=True)
class Reason:
    """`words`: the exact text that decided. Empty for a pick."""

    topic: str
    words: str = field(repr=False)
    source: Source
    is_avoided: bool


@dataclass
class _Sentence:
    """`start`, `end`: in the text. `pieces`: none if the encoder does not read it. `labels`: those of it alone."""

    words: Sequence[Word]
    mentions: list[Mention]
    start: int
    end: int
    pieces: list[int]
    labels: Labels

    @cached_property
    def signs(self) -> set[tuple[Sign, Place]]:
        return {sign.value for sign in signs_in([word.text for word in self.words], OF_OBJECTIVES)}

    @property
    def kinds(self) -> set[Sign]:
        return {kind for kind, _ in self.signs}

    @property
    def names_a_topic(self) -> bool:
        return any(share.neither < thresholds.SAYS_NOTHING for share in self.labels.values())

    def place_of(self, topic: str) -> float:
        """In the text: of the first phrase, or of the piece that tells the most."""
        peak = self.start + self.labels[topic].peak * (self.end - self.start)
        return next((self.words[each.start].start for each in self.mentions if each.topic == topic), peak)

    @property
    def avoids_what_is_before(self) -> bool:
        if len(self.words) > thresholds.MAX_WORDS_OF_A_REMARK or self.words[-1].mark == "?" or Sign.ASK in self.kinds:
            return False
        return Sign.AVOID in self.kinds or (Sign.NEGATION, Place.AFTER) in self.signs

    @property
    def asks_about_what_is_before(self) -> bool:
        """Such as "What happened?"."""
        return self.kinds.isdisjoint(AVOIDING) and (self.words[-1].mark == "?" or Sign.ASK in self.kinds)


@lru_cache(maxsize=thresholds.REMEMBERED_TEXTS)
def reasons_in(text: str, names: TopicNames, source: Source) -> tuple[Reason, ...]:
    """One of each topic, in the order of the text. Takes linear time."""
    read = [
        _Sentence(words, mentions(words, names, is_notes=source is Source.NOTES), words[0].start, words[-1].end, [], {})
        for words in sentences(text)
        if any(not word.mark for word in words)
    ]
    said = _named(text, read, source)
    if source is Source.NOTES or not (read and names.encoded):
        return tuple(reason for reason, _ in said.values())
    return tuple(_decided(text, read, said, names.encoded))


def _named(text: str, read: Sequence[_Sentence], source: Source) -> dict[str, tuple[Reason, _Sentence]]:
    """Leaves out what is only background, if the text asks for something."""
    latest: list[Mention] = []
    for sentence in read:
        if sentence.mentions:
            latest = sentence.mentions
        elif latest and sentence.avoids_what_is_before:
            for mention in latest:
                mention.sign = Sign.AVOID
            latest = latest[-1:]  # the others are decided
        elif latest and sentence.asks_about_what_is_before:
            latest[-1].is_background = False
    found = [(mention, sentence) for sentence in read for mention in sentence.mentions]
    asks = any(mention.sign is Sign.ASK and not mention.is_background for mention, _ in found)
    ranks: dict[str, int] = {}
    said: dict[str, tuple[Reason, _Sentence]] = {}
    for mention, sentence in found:
        is_left_out = asks and mention.sign is Sign.ASK and mention.is_background
        rank = 0 if is_left_out else RANKS[mention.sign]
        if rank > ranks.get(mention.topic, 0):
            said.pop(mention.topic, None)
            quoted = _quoted(text, sentence.words[mention.start : mention.end])
            reason = Reason(mention.topic, quoted, source, is_avoided=mention.sign in AVOIDING)
            said[mention.topic] = reason, sentence
            ranks[mention.topic] = rank
    return said


def _decided(
    text: str, read: Sequence[_Sentence], said: Mapping[str, tuple[Reason, _Sentence]], topics: Set[str]
) -> list[Reason]:
    """`topics`: those that the encoder knows. Phrases alone decide on others, in long sentences, and in "Pricing."."""
    encoded = _encoded(text, read)
    own = [sentence.labels for sentence in encoded]
    windows = labels_of([*_windows(encoded)]) if len(encoded) > 1 else own
    found: list[tuple[float, Reason]] = [
        (each.start, reason)
        for reason, each in said.values()
        if reason.topic not in topics & each.labels.keys()
        or (reason.words == _quoted(text, each.words) and not reason.is_avoided)
    ]
    for topic in topics & {topic for labels in own for topic in labels} - {reason.topic for _, reason in found}:
        reason = said[topic][0] if topic in said else None
        asked = _pooled(*(max(each[topic].asked for each in labels) for labels in (windows, own)))
        avoided = _pooled(*(max(each[topic].avoided for each in labels) for labels in (windows, own)))
        if (is_avoided := _is_avoided(asked, avoided, reason)) is None:
            continue
        telling = min(encoded, key=lambda each: each.labels[topic].neither)
        if not reason or reason.is_avoided != is_avoided:
            words = _deciding_clause(text, telling, topic, thresholds.MAX_COMPARED_PIECES // len(encoded))
            reason = Reason(topic, words, Source.OBJECTIVE, is_avoided)
        found.append((telling.place_of(topic), reason))
    return [reason for _, reason in sorted(found, key=lambda each: (each[0], each[1].topic))]


def _pooled(whole: float, own: float) -> float:
    """The mean of the log odds (logarithmic opinion pool), as a probability. Those of the whole text count twice."""
    for_it, against_it = cbrt(whole**2 * own), cbrt((1 - whole) ** 2 * (1 - own))
    return for_it / (for_it + against_it or 1)


def _is_avoided(asked: float, avoided: float, named: Reason | None) -> bool | None:
    """None if the topic does not count. `named`: what phrases say of it."""
    least_asked, least_avoided = thresholds.LEAST[named.is_avoided if named else None]
    asked, avoided = asked - least_asked, avoided - least_avoided
    return avoided >= asked if max(asked, avoided) >= 0 else None


def _encoded(text: str, read: Sequence[_Sentence]) -> list[_Sentence]:
    found: list[_Sentence] = []
    total = 0
    for sentence in read:
        said = text[sentence.start : sentence.end].rstrip()
        sentence.pieces = pieces_of(said if said[-1] in ".!?:" else f"{said}.")
        total += len(sentence.pieces)
        if total > thresholds.MAX_READ_PIECES or len(found) == thresholds.MAX_READ_SENTENCES:
            break
        if sentence.pieces and len(sentence.pieces) <= thresholds.MAX_PIECES:
            found.append(sentence)
    for sentence, labels in zip(found, labels_of([each.pieces for each in found]), strict=True):
        sentence.labels = labels
    return [each for each in found if each.mentions or each.signs or each.names_a_topic]


def _windows(encoded: Sequence[_Sentence]) -> Iterator[list[int]]:
    window: list[int] = []
    for sentence in encoded:
        if window and len(window) + len(sentence.pieces) > thresholds.MAX_PIECES:
            yield window
            window = []
        window = window + sentence.pieces
    yield window


def _deciding_clause(text: str, sentence: _Sentence, topic: str, max_pieces: int) -> str:
    """The one without which the sentence says the least of the topic (occlusion)."""
    clauses = [[*words] for is_mark, words in groupby(sentence.words, lambda word: bool(word.mark)) if not is_mark]
    if not 2 <= len(clauses) <= max_pieces // len(sentence.pieces):
        return _quoted(text, sentence.words)
    others = [text[sentence.start : each[0].start] + text[each[-1].end : sentence.end] for each in clauses]
    without = labels_of([pieces_of(other) for other in others])
    return _quoted(text, max(zip(without, clauses, strict=True), key=lambda each: each[0][topic].neither)[1])


def _quoted(text: str, words: Sequence[Word]) -> str:
    marked = [word for word in words if not word.mark]
    return text[marked[0].start : marked[-1].end]
