"""Classifies the items of a sentence by topic, and finds avoidances without a sign. For objectives, not for notes."""

from collections.abc import Iterable, Sequence, Set

from interviews.paige.instructions import Sign, vocabulary
from interviews.paige.phrase_patterns import SEPARATOR, Match
from interviews.paige.sign_matches import AVOIDING, HIDING, SignMatch, TopicMatch, TopicPhrase
from interviews.paige.text_classifiers import classifier

LIKELY, LIKELY_BESIDE_A_PHRASE, LIKELY_IF_AVOIDED = 0.5, 0.6, 0.4
"""The least probability of a topic that no phrase names. `BESIDE_A_PHRASE`: one that is not weak, in another item."""
CREDIBLE, CREDIBLE_IF_WEAK = 3, 2
"""A phrase counts unless another label is more than this many times as likely as its topic. If avoided, it counts."""
LIKELY_TO_AVOID = 0.5

_NEGATIVE = AVOIDING | {Sign.NEGATION}
_NO_TOPIC = "none"
_AVOIDS = "avoid"


def classified_topics(
    texts: Sequence[str],
    matches: Iterable[TopicMatch],
    signs: Sequence[SignMatch],
    items: Sequence[int],
    keys: Set[str],
) -> list[TopicMatch]:
    """The credible matches of phrases, and one for each item without any, if a topic is likely.

    `keys`: of the topics that the classifier knows.
    """
    avoided = {item for sign in signs if sign.value[0] in _NEGATIVE for item in items[sign.start : sign.end]}
    words = _words_of_items(texts, signs, items)
    readings = {item: classifier("topics").read([texts[index] for index in own]) for item, own in words.items()}

    def is_credible(match: TopicMatch) -> bool:
        item, phrase = items[match.end - 1], match.value
        if item in avoided or item not in readings or phrase.topic not in keys:
            return True
        shares = readings[item].shares
        return max(shares.values()) <= (CREDIBLE_IF_WEAK if phrase.is_weak else CREDIBLE) * shares[phrase.topic]

    found = [match for match in matches if is_credible(match)]
    named = {item for match in found for item in items[match.start : match.end]}
    least = LIKELY if all(match.value.is_weak for match in found) else LIKELY_BESIDE_A_PHRASE
    for item in [item for item in readings if item not in named]:
        labels = [label for label in readings[item].shares if label != _NO_TOPIC or item not in avoided]
        topic = max(labels, key=readings[item].shares.__getitem__)
        if topic in keys and readings[item].shares[topic] >= (LIKELY_IF_AVOIDED if item in avoided else least):
            first, end = readings[item].span(topic)
            found.append(Match(words[item][first], words[item][end - 1] + 1, TopicPhrase(topic, is_weak=True)))
    return found


def avoiding_words(texts: Sequence[str]) -> tuple[int, int] | None:
    """Where a sentence says to avoid what it names, although it has no sign for it. None if that is unlikely."""
    indexes = [index for index, text in enumerate(texts) if text != SEPARATOR]
    reading = classifier("avoidances").read([texts[index] for index in indexes])
    if not indexes or reading.shares[_AVOIDS] < LIKELY_TO_AVOID:
        return None
    first, end = reading.span(_AVOIDS)
    return indexes[first], indexes[end - 1] + 1


def _words_of_items(texts: Sequence[str], signs: Iterable[SignMatch], items: Sequence[int]) -> dict[int, list[int]]:
    """For each item the indexes of its words, without those of signs. Items of pronouns only are left out."""
    taken = {index for sign in signs if sign.value[0] in AVOIDING | HIDING for index in range(sign.start, sign.end)}
    found: dict[int, list[int]] = {}
    for index, text in enumerate(texts):
        if text != SEPARATOR and index not in taken:
            found.setdefault(items[index], []).append(index)
    pronouns = vocabulary().pronouns
    return {item: own for item, own in found.items() if any(texts[index] not in pronouns for index in own)}
