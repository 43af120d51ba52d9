"""Which message comes next, and when there is none: decided here, on the guide, and never by a model. Pure.

The guide's first topic opens the interview, whatever the objective: its question introduces the conversation. After it
come the topics that the objective names, then the others, both in the guide's order; the closing question is the last.

A follow-up is put where the contact answered (a skip and an "I don't know" are respected) and
- the objective names the topic: up to two, whatever the length of the answers, or
- the answer is a short one: one, as long as the turns left are enough for every topic that was not asked yet.
No turn is spent on a follow-up, or on a topic that is not core, which the core topics and the closing question need.
"""

from collections.abc import Sequence

from interviews.lifecycle import Speaker
from interviews.paige.dialogue import Position, Utterance, said_by
from interviews.paige.guide import CLOSING, Guide, Topic

SHORT_ANSWER_WORDS = 25

PROBES = 1
PROBES_IF_NAMED = 2


def next_position(guide: Guide, objective: str, conversation: Sequence[Utterance]) -> Position | None:
    """Where the next message stands, once the last one is answered; None when nothing is left to ask."""
    asked = [turn.topic for turn in said_by(Speaker.PAIGE, conversation)]
    left = guide.max_turns - len(asked)
    if left <= 0 or CLOSING in asked:
        return None
    unasked = [topic for topic in agenda(guide, objective) if topic.key not in asked]
    owed = sum(topic.core for topic in unasked)
    turn = len(asked) + 1
    if asked and left > owed and _probe_is_due(guide, objective, conversation, spare=left - len(unasked)):
        return Position(asked[-1], asked.count(asked[-1]) - 1, turn)
    following = next(topic for topic in unasked if topic.core or left > owed)
    return Position(following.key, 0, turn)


def agenda(guide: Guide, objective: str) -> list[Topic]:
    """Every topic in the order in which it is to be asked, the closing one included."""
    opening, *others = guide.topics
    others.sort(key=lambda topic: not topic.is_named_in(objective))
    return [opening, *others, guide.closing]


def _probe_is_due(guide: Guide, objective: str, conversation: Sequence[Utterance], spare: int) -> bool:
    last = conversation[-1]
    topic = guide.topic(last.topic)
    is_named = topic.is_named_in(objective)
    used = sum(turn.topic == topic.key for turn in said_by(Speaker.PAIGE, conversation)) - 1
    if last.is_declined or used >= min(PROBES_IF_NAMED if is_named else PROBES, len(topic.probes)):
        return False
    return is_named or (spare > 0 and len(last.text.split()) < SHORT_ANSWER_WORDS)
