"""Chooses the next topic or follow-up, without a model.

The first topic comes first, then those that the objective names, the others, and the closing question. A named topic
has up to two follow-ups, another one after a short answer, a declined question none.
"""

from collections.abc import Sequence

from interviews.lifecycle import Speaker
from interviews.paige.dialogue import Position, Utterance, said_by
from interviews.paige.guide import CLOSING, Guide, Topic

SHORT_ANSWER_WORDS = 25

MAX_PROBES = 1
MAX_PROBES_IF_NAMED = 2


def next_position(guide: Guide, objective: str, conversation: Sequence[Utterance]) -> Position | None:
    """Returns None if nothing is left to ask. The last message must be the contact's."""
    asked = [turn.topic for turn in said_by(Speaker.PAIGE, conversation)]
    turns_left = guide.max_turns - len(asked)
    if turns_left <= 0 or CLOSING in asked:
        return None
    unasked = [topic for topic in agenda(guide, objective) if topic.key not in asked]
    turns_needed = sum(topic.core for topic in unasked)
    turn = len(asked) + 1
    if asked and turns_left > turns_needed and _probe_is_due(guide, objective, conversation, turns_left - len(unasked)):
        return Position(asked[-1], asked.count(asked[-1]) - 1, turn)
    topic = next(each for each in unasked if each.core or turns_left > turns_needed)
    return Position(topic.key, 0, turn)


def agenda(guide: Guide, objective: str) -> list[Topic]:
    opening, *others = guide.topics
    others.sort(key=lambda topic: not topic.is_named_in(objective))
    return [opening, *others, guide.closing]


def _probe_is_due(guide: Guide, objective: str, conversation: Sequence[Utterance], spare_turns: int) -> bool:
    last = conversation[-1]
    topic = guide.topic(last.topic)
    is_named = topic.is_named_in(objective)
    probes_used = sum(turn.topic == topic.key for turn in said_by(Speaker.PAIGE, conversation)) - 1
    if last.is_declined or probes_used >= min(MAX_PROBES_IF_NAMED if is_named else MAX_PROBES, len(topic.probes)):
        return False
    return is_named or (spare_turns > 0 and len(last.text.split()) < SHORT_ANSWER_WORDS)
