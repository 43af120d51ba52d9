"""Whole interviews without rows."""

from collections.abc import Callable, Sequence
from functools import cache

from interviews.lifecycle import Move, Speaker
from interviews.paige.dialogue import Utterance
from interviews.paige.engines import RulesEngine
from interviews.paige.guide.guide import Guide, shipped_guide
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import ChoosingEngine, Message, next_message
from tests.interviews.paige.readings import Answer

Respondent = Callable[[Message], str | Answer]


@cache  # parsing takes 10 ms, and property tests need a brief for each example
def parsed_guide(name: str = "win_loss_buyer") -> Guide:
    return Guide.from_data(shipped_guide(name))


def buyer_brief(objective: str = "", address: str = "", guide: str = "win_loss_buyer") -> Brief:
    """By Acme with Jane."""
    return Brief("Acme", "Jane", "", objective, parsed_guide(guide).for_vendor("Acme"), address)


def conduct(
    brief: Brief, respondent: Respondent | Sequence[str | Answer], engine: ChoosingEngine | None = None
) -> list[Utterance]:
    """Texts are given in order, the last one again and again."""
    said: list[Utterance] = []
    while message := next_message(brief.after(said), engine or RulesEngine()):
        answer = respondent(message) if callable(respondent) else respondent[min(len(said) // 2, len(respondent) - 1)]
        said += [message.utterance, reply(message, answer)]
        assert len(said) <= 200, "the interview does not end"
    return said


def reply(message: Message, answer: str | Answer) -> Utterance:
    """A text is read by the reader."""
    text, reading = (answer.text, answer.reading) if isinstance(answer, Answer) else (answer, None)
    return Utterance(Speaker.CONTACT, text, message.utterance.topic, Move.ANSWER, reading=reading)


def paige(said: Sequence[Utterance]) -> list[Utterance]:
    return [turn for turn in said if turn.speaker is Speaker.PAIGE]


def after(brief: Brief, *answers: str | Answer) -> Brief:
    """The brief after these answers to the rule engine's questions."""
    said: list[Utterance] = []
    for answer in answers:
        message = next_message(brief.after(said), RulesEngine())
        assert message
        said += [message.utterance, reply(message, answer)]
    return brief.after(said)
