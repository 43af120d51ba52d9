from collections.abc import Mapping

from interviews.paige.answers.statements import Statement, StatementKind
from interviews.paige.guide.texts import FollowUpKind

Kinds = tuple[frozenset[FollowUpKind], ...]
_K = FollowUpKind

# By kind of statement, and whether it is about others. The kinds of an earlier set come first; within a set, the order
# of the guide counts. What is in no set never follows such a statement: the contact cannot know why others did
# something, and an act or a number is no view that has come about.
FITTING: Mapping[tuple[StatementKind, bool], Kinds] = {
    (StatementKind.JUDGEMENT, False): (
        frozenset({_K.REASON, _K.INSTANCE, _K.COMPARISON, _K.CHANGE}),
        frozenset({_K.CONSEQUENCE, _K.PEOPLE, _K.NEXT, _K.NOW}),
    ),
    (StatementKind.NEED, False): (
        frozenset({_K.REASON, _K.CONSEQUENCE, _K.CHANGE}),
        frozenset({_K.INSTANCE, _K.PEOPLE, _K.COMPARISON, _K.NOW}),
    ),
    (StatementKind.EVENT, False): (
        frozenset({_K.CONSEQUENCE, _K.NEXT, _K.PEOPLE, _K.CHANGE, _K.NOW}),
        frozenset({_K.COMPARISON, _K.REASON}),
    ),
    (StatementKind.EVENT, True): (
        frozenset({_K.CONSEQUENCE, _K.NEXT, _K.CHANGE, _K.NOW}),
        frozenset({_K.COMPARISON, _K.PEOPLE}),
    ),
    (StatementKind.FACT, False): (
        frozenset({_K.CONSEQUENCE, _K.COMPARISON, _K.PEOPLE, _K.CHANGE, _K.NOW}),
        frozenset({_K.INSTANCE, _K.NEXT}),
    ),
}


def fitting(statement: Statement) -> Kinds:
    about = statement.kind, statement.is_about_others
    return FITTING.get(about) or FITTING[statement.kind, False]
