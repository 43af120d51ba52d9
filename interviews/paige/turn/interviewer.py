from dataclasses import dataclass, field

from interviews.lifecycle import Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.choice import Choice, ChoosingEngine
from interviews.paige.turn.compose import compose
from interviews.paige.turn.moves import moves


@dataclass(frozen=True)
class Message:
    text: str = field(repr=False)
    choice: Choice

    @property
    def utterance(self) -> Utterance:
        move = self.choice.move
        return Utterance(Speaker.PAIGE, self.text, move.topic.key, move.move, move.follow_up)


def next_message(brief: Brief, engine: ChoosingEngine) -> Message | None:
    """None if nothing is left to ask. May be slow: do not call it inside a database transaction."""
    offered = moves(brief)
    if not offered:
        return None
    choice = engine.choose(brief, offered)
    return Message(compose(brief, choice), choice)
