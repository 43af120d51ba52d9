"""Answers with readings that do not depend on the weights of the reader."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from interviews.lifecycle import Move, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.reading.readings import Act, AnswerReading, Clause, StatementKind
from interviews.paige.turn.brief import Brief


def says(text: str, **fields: Any) -> Clause:
    """A clause that states something."""
    return Clause(text, 0, **{"kind": StatementKind.JUDGEMENT, **fields})


def talks(text: str, act: Act | None = None) -> Clause:
    """A clause that states nothing."""
    return Clause(text, 0, act)


def answer(topic: str, *clauses: Clause) -> Utterance:
    """The clauses, separated by spaces."""
    placed: list[Clause] = []
    for clause in clauses:
        placed.append(replace(clause, start=placed[-1].end + 1 if placed else 0))
    text = " ".join(clause.text for clause in clauses)
    return Utterance(Speaker.CONTACT, text, topic, Move.ANSWER, reading=AnswerReading(tuple(placed)))


def told(brief: Brief, *answers: Utterance, question: str = "Why?") -> Brief:
    def said() -> Iterator[Utterance]:
        for each in answers:
            yield Utterance(Speaker.PAIGE, question, each.topic)
            yield each

    return brief.after(said())
