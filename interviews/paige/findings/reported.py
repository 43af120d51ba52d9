"""Which topics a reported reason names: the reason for a decision as the customer's system has it."""

from interviews.paige.guide.guide import Guide
from interviews.paige.reading.answer import read_answer
from interviews.paige.reading.passages import Names
from interviews.paige.reading.readings import AnswerReading, ObjectiveReading, StatementKind, TopicReading


def read_reason(reason: str, guide: Guide, names: Names) -> ObjectiveReading:
    """Its topics, with the clauses that name them. `names`: of the vendor and its competitors."""
    return topics_named(read_answer(reason, "", guide, names))


def topics_named(reason: AnswerReading) -> ObjectiveReading:
    """Without those of denials, such as "Price was not the issue"."""
    found: dict[str, TopicReading] = {}
    for clause in reason.stating:
        for key in clause.topics if clause.kind is not StatementKind.DENIAL else ():
            found.setdefault(key, TopicReading(key, False, clause.text, clause.start))
    return ObjectiveReading(tuple(found.values()))
