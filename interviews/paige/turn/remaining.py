from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from interviews.lifecycle import Move, Speaker
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
    asked = [turn for turn in said_by(Speaker.PAIGE, conversation) if turn.move not in AGAIN]
    # Follow-ups are parts of the last new topic, even those on another one. The closing question is the last topic.
    first = {turn.topic: i for i, turn in reversed([*enumerate(asked)]) if turn.move != Move.FOLLOW_UP}
    finished = len(guide.topics) if CLOSING in first else len(first) - 1
    follow_ups = min(len(asked) - 1 - max(first.values()), MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC)
    topics = finished + follow_ups / (1 + MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC)
    done = max((len(asked) - 1) / guide.max_turns, topics / len(guide.every_topic))
    return Remaining(len(asked), round(done * 100), max(1, ceil(guide.estimated_minutes * (1 - done))))
