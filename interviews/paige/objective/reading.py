"""How phrases and encoder together read a text."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import groupby

from interviews.paige.guide.topic_names import TopicNames
from interviews.paige.objective import thresholds
from interviews.paige.objective.clauses import Mention, mentions
from interviews.paige.objective.instructions import Place, Sign, Word, sentences
from interviews.paige.objective.sign_matches import AVOIDING, OF_OBJECTIVES, signs_in
from interviews.paige.objective.topic_labels import Labels, Probabilities, labels_of, pieces_of

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
    def is_heading(self) -> bool:
        """Such as "Pricing." before other sentences: nothing but a phrase."""
        count = sum(not word.mark for word in self.words)
        return any(mention.end - mention.start == count for mention in self.mentions)

    @property
    def says_nothing(self) -> bool:
        is_plain = not (self.mentions or self.signs)
        return is_plain and all(share.neither >= thresholds.SAYS_NOTHING for share in self.labels.values())

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
    return tuple(_confirmed(text, read, said, names.encoded))


def _named(text: str, read: Sequence[_Sentence], source: Source) -> dict[str, tuple[Reason, _Sentence]]:
    """Leaves out what is only background, if the text asks for something."""
    latest: list[Mention] = []
    for sentence in read:
        if sentence.mentions:
            latest = sentence.mentions
        elif latest and sentence.avoids_what_is_before:
            for mention in latest:
                mention.sign = Sign.AVOID
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


def _confirmed(
    text: str, read: Sequence[_Sentence], said: dict[str, tuple[Reason, _Sentence]], topics: Set[str]
) -> Iterator[Reason]:
    """`topics`: the keys that the encoder knows."""
    telling = _telling(text, read)
    whole = _labels_of_whole(telling)
    asks = False
    for reason, sentence in said.values():
        is_read = reason.topic in topics and (reason.is_avoided or not sentence.is_heading)
        own = sentence.labels.get(reason.topic) if is_read else None
        if found := _checked(reason, whole[reason.topic], own) if own else reason:
            asks |= not found.is_avoided
            yield found
    for topic, share in whole.items():
        if topic not in topics or topic in said:
            continue
        if share.avoided >= thresholds.SURE or (share.asked >= thresholds.SURE and not asks):
            words = _deciding_clause(text, telling, topic)
            yield Reason(topic, words, Source.OBJECTIVE, is_avoided=share.avoided >= thresholds.SURE)


def _checked(reason: Reason, whole: Probabilities, own: Probabilities) -> Reason | None:
    """`own`: the probabilities of the topic's sentence alone."""
    if reason.is_avoided:
        confirms, opposes, own_confirms, least = (
            whole.avoided,
            whole.asked,
            own.avoided,
            thresholds.CONFIRMED_IF_AVOIDED,
        )
    else:
        confirms, opposes, own_confirms, least = whole.asked, whole.avoided, own.asked, thresholds.CONFIRMED
    if opposes >= thresholds.SURE > own_confirms:
        return replace(reason, is_avoided=not reason.is_avoided)
    return reason if max(confirms, own_confirms) >= least else None


def _telling(text: str, read: Sequence[_Sentence]) -> list[_Sentence]:
    total = 0
    for sentence in read:
        said = text[sentence.start : sentence.end].rstrip()
        pieces = pieces_of(said if said[-1] in ".!?:" else f"{said}.")
        total += len(pieces)
        if len(pieces) <= thresholds.MAX_PIECES and total <= thresholds.MAX_READ_PIECES:
            sentence.pieces = pieces
    encoded = [sentence for sentence in read if sentence.pieces]
    for sentence, labels in zip(encoded, labels_of([each.pieces for each in encoded]), strict=True):
        sentence.labels = labels
    return [sentence for sentence in encoded if not sentence.says_nothing]


def _labels_of_whole(telling: Sequence[_Sentence]) -> Labels:
    if len(telling) < 2:
        return telling[0].labels if telling else {}
    found = labels_of([*_windows(telling)])
    return {topic: max((each[topic] for each in found), key=_weight) for topic in found[0]}


def _weight(share: Probabilities) -> tuple[bool, float]:
    """Of several windows, one that avoids counts most."""
    return share.avoided >= thresholds.SURE, -share.neither


def _windows(telling: Sequence[_Sentence]) -> Iterator[list[int]]:
    window: list[int] = []
    for sentence in telling:
        if window and len(window) + len(sentence.pieces) > thresholds.MAX_PIECES:
            yield window
            window = []
        window = window + sentence.pieces
    yield window


def _deciding_clause(text: str, telling: Sequence[_Sentence], topic: str) -> str:
    """The one without which the sentence says the least of the topic (occlusion)."""
    sentence = min(telling, key=lambda each: each.labels[topic].neither)
    clauses = [[*words] for is_mark, words in groupby(sentence.words, lambda word: bool(word.mark)) if not is_mark]
    if len(clauses) < 2:
        return _quoted(text, sentence.words)
    others = [text[sentence.start : each[0].start] + text[each[-1].end : sentence.end] for each in clauses]
    without = labels_of([pieces_of(other) for other in others])
    return _quoted(text, max(zip(without, clauses, strict=True), key=lambda each: each[0][topic].neither)[1])


def _quoted(text: str, words: Sequence[Word]) -> str:
    marked = [word for word in words if not word.mark]
    return text[marked[0].start : marked[-1].end]
