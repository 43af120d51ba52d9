from collections.abc import Mapping

from interviews.paige.answers.statements import Statement, StatementKind
from interviews.paige.guide.texts import FollowUpKind

Kinds = tuple[frozenset[FollowUpKind], ...]
_K = FollowUpKind

# The kinds of follow-ups that fit a statement, by its kind and whether it is about others. Those of the first set are
# asked first. Within a set, the guide's order counts. Kinds in neither set are never asked: for example, the contact
# does not know why others did something.
FITTING: Mapping[tuple[StatementKind, bool], Kinds] = {
    (StatementKind.JUDGEMENT, False): (
        frozenset({_K.REASON, _K.INSTANCE, _K.COMPARISON, _K.CHANGE}),
        frozenset({_K.CONSEQUENCE, _K.PEOPLE, _K.NEXT, _K.NOW}),
    ),
    (StatementKind.NEED, False): (
        frozenset({_K.REASON, _K.CHANGE}),
        frozenset({_K.CONSEQUENCE, _K.INSTANCE, _K.PEOPLE, _K.COMPARISON, _K.NOW}),
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
