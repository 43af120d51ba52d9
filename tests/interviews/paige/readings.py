"""Answers with their readings, which do not depend on the weights of the reader."""

from dataclasses import dataclass, replace
from typing import Any

from interviews.lifecycle import Direction, Move, Speaker
from interviews.paige.dialogue import Utterance
from interviews.paige.reading.readings import About, Act, AnswerReading, Clause, StatementKind
from interviews.paige.turn.brief import Brief

JUDGEMENT, NEED, EVENT, FACT, DENIAL = StatementKind
FOR, AGAINST = Direction.FOR, Direction.AGAINST


@dataclass(frozen=True)
class Answer:
    text: str
    reading: AnswerReading


def states(
    text: str,
    kind: StatementKind = FACT,
    *topics: str,
    act: Act | None = None,
    speaks: Direction | None = None,
    about: About | None = About.SELF,
    decisive: bool = False,
    certainty: float = 1.0,
) -> Clause:
    return Clause(text, 0, act, kind, topics, speaks, about, decisive, certainty)


def does(act: Act, text: str) -> Clause:
    return Clause(text, 0, act)


def spoken(*clauses: Clause) -> Answer:
    """The clauses, joined by spaces."""
    found: list[Clause] = []
    start = 0
    for clause in clauses:
        found.append(replace(clause, start=start))
        start += len(clause.text) + 1
    return Answer(" ".join(clause.text for clause in clauses), AnswerReading(tuple(found)))


def says(text: str, **fields: Any) -> Clause:
    """A clause that states something."""
    return Clause(text, 0, **{"kind": StatementKind.JUDGEMENT, **fields})


def talks(text: str, act: Act | None = None) -> Clause:
    """A clause that states nothing."""
    return Clause(text, 0, act)


def answer(topic: str, *clauses: Clause) -> Utterance:
    said = spoken(*clauses)
    return Utterance(Speaker.CONTACT, said.text, topic, Move.ANSWER, reading=said.reading)


def told(brief: Brief, *answers: Utterance, question: str = "Why?") -> Brief:
    said = ((Utterance(Speaker.PAIGE, question, each.topic), each) for each in answers)
    return brief.after(turn for pair in said for turn in pair)


NO_IDEA = spoken(does(Act.DECLINES, "No idea."))
STOP = spoken(does(Act.WANTS_TO_STOP, "Stop."))
GO_ON = spoken(does(Act.SMALL_TALK, "Yes, go on."))
WHAT_DO_YOU_MEAN = spoken(does(Act.ASKS_MEANING, "What do you mean?"))
WHY_DO_YOU_ASK = spoken(does(Act.ASKS_PURPOSE, "Why do you ask?"))
ARE_YOU_A_BOT = spoken(does(Act.ASKS_ABOUT_AI, "Are you a bot?"))
WHO_READS = spoken(does(Act.ASKS_WHO_READS, "Who will read this?"))
HOW_LONG = spoken(does(Act.ASKS_HOW_LONG, "How long is this?"))
AS_I_SAID = spoken(does(Act.SAID_BEFORE, "I told you that already."))
DELETION = spoken(does(Act.WANTS_DELETION, "Please delete my data."))
