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
    done = max(_share_of_turns(guide, asked), _share_of_topics(guide, asked))
    return Remaining(len(asked), round(done * 100), max(1, ceil(guide.estimated_minutes * (1 - done))))


def _share_of_turns(guide: Guide, asked: Sequence[Utterance]) -> float:
    return (len(asked) - 1) / guide.max_turns


def _share_of_topics(guide: Guide, asked: Sequence[Utterance]) -> float:
    """Follow-ups are parts of the last new topic, even those on another one. The closing question is the last topic,
    even if others were left out.
    """
    first = {turn.topic: i for i, turn in reversed([*enumerate(asked)]) if turn.move != Move.FOLLOW_UP}
    follow_ups = min(len(asked) - 1 - max(first.values()), MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC)
    finished = len(guide.topics) if CLOSING in first else len(first) - 1
    return (finished + follow_ups / (1 + MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC)) / len(guide.every_topic)
