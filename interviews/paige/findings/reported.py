"""Which topics a reported reason names: the reason for a decision as the customer's system has it."""

import re
from collections.abc import Collection, Iterator

from interviews.paige.answers.opinion_words import OpinionWords, opinion_words
from interviews.paige.guide.guide import Guide, Topic
from interviews.paige.language.words import SpelledText, unaccented

_CLAUSE_END = re.compile(r"[.,;:!?\n]+")


def reported_topics(reason: str, guide: Guide) -> frozenset[str]:
    """Keys of topics, found by the same phrases as the topic of a driver. Empty if the text names none.

    A clause with a negation, such as "Price was not the issue", names none: of some negations ("not enough features")
    it is not clear what they deny.
    """
    words = opinion_words(guide.language)
    named = [topic for topic in guide.topics if topic.phrases_in(reason)]
    return frozenset(
        topic.key
        for clause in (_clauses(reason, words) if named else ())
        if not words.negations.search(unaccented(clause))
        for topic in _most_named(named, clause)
    )


def _clauses(reason: str, words: OpinionWords) -> Iterator[str]:
    for part in _CLAUSE_END.split(reason):
        text, at = SpelledText.of(part), 0
        for contrast in words.contrasts.finditer(text.plain):
            start, end = text.span(contrast)
            yield part[at:start]
            at = end
        yield part[at:]


def _most_named(topics: Collection[Topic], clause: str) -> Iterator[Topic]:
    found = {topic.key: len(topic.phrases_in(clause)) for topic in topics}
    most = max(found.values(), default=0)
    yield from (topic for topic in topics if most and found[topic.key] == most)
