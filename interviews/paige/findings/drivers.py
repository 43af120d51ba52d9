from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from interviews.lifecycle import Direction
from interviews.paige.answers.transcript_markdown import Block
from interviews.paige.findings.excerpts import Excerpt, clause_excerpt, numbered_answers, own_findings
from interviews.paige.guide.guide import Guide, Topic
from interviews.paige.reading.readings import Clause
from interviews.paige.turn.brief import Brief

DECISION = "decision"
"""The key of the topic whose answers give the reasons for the decision."""
MAX_DRIVERS_OF_A_TOPIC = 5


@dataclass(frozen=True)
class Driver:
    """`is_named_decisive`: the contact says that it tipped the decision. Other reasons answer the question on it."""

    topic: Topic
    direction: Direction
    quote: Excerpt
    is_reason: bool
    is_named_decisive: bool

    @property
    def rank(self) -> int:
        return 0 if self.is_named_decisive else 1 if self.is_reason else 2

    def shown(self, transcript: list[Block]) -> dict[str, Any]:
        topic, quote = self.topic, self.quote
        shown = {"topic": topic.key, "title": topic.title, "direction": str(self.direction), "quote": quote.text}
        return {**shown, **quote.place(transcript), "is_reason": self.is_reason, "review": None}


def drivers(brief: Brief) -> list[Driver]:
    """In the order of the answers. Of a topic with too many, the strongest."""
    by_topic: dict[str, list[Driver]] = defaultdict(list)
    for driver in sorted(_drivers(brief), key=lambda driver: driver.rank):
        by_topic[driver.topic.key].append(driver)
    kept = chain.from_iterable(each[:MAX_DRIVERS_OF_A_TOPIC] for each in by_topic.values())
    return sorted(kept, key=lambda driver: (driver.quote.turn, driver.quote.start))


def _drivers(brief: Brief) -> Iterator[Driver]:
    for turn, answer in numbered_answers(brief.heard):
        for clause in own_findings(answer):
            quote = clause_excerpt(turn, answer, clause)
            if clause.speaks and quote:
                is_reason = clause.is_decisive or answer.topic == DECISION
                topic = _topic(brief.guide, clause, answer.topic)
                yield Driver(topic, clause.speaks, quote, is_reason, clause.is_decisive)


def _topic(guide: Guide, clause: Clause, asked: str) -> Topic:
    """Readings of another guide may have topics that this one does not have."""
    known = {topic.key for topic in guide.every_topic}
    return guide.topic(next((key for key in clause.topics if key in known), asked))
