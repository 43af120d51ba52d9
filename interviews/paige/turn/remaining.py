from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from interviews.lifecycle import Speaker
from interviews.paige.answers.dialogue import AGAIN, Utterance, said_by
from interviews.paige.guide.guide import CLOSING, Guide
from interviews.paige.turn.threads import MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC


@dataclass(frozen=True)
class Remaining:
    """A question that is put again keeps its number."""

    question: int
    percent_done: int
    minutes: int


def remaining(guide: Guide, conversation: Sequence[Utterance]) -> Remaining:
    """Requires an open question. Each new question increases the share that is done."""
    topics = [turn.topic for turn in said_by(Speaker.PAIGE, conversation) if turn.move not in AGAIN]
    done = max(_share_of_turns(guide, topics), _share_of_topics(guide, topics))
    return Remaining(len(topics), round(done * 100), max(1, ceil(guide.estimated_minutes * (1 - done))))


def _share_of_turns(guide: Guide, topics: Sequence[str]) -> float:
    return (len(topics) - 1) / guide.max_turns


def _share_of_topics(guide: Guide, topics: Sequence[str]) -> float:
    """Follow-ups are parts of the last new topic, even returns to an earlier one. The closing question is the last
    topic, even if others were left out.
    """
    newest = max(topics.index(topic) for topic in topics)
    follow_ups = min(len(topics) - 1 - newest, MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC)
    finished = len(guide.topics) if topics[-1] == CLOSING else len(set(topics)) - 1
    return (finished + follow_ups / (1 + MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC)) / len(guide.every_topic)
