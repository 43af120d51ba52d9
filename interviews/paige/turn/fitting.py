from collections.abc import Mapping

from interviews.paige.answers.statements import Statement, StatementKind
from interviews.paige.guide.texts import FollowUpKind

Kinds = tuple[frozenset[FollowUpKind], ...]
_K = FollowUpKind

# The fitting kinds of follow-ups, by the kind of the statement and whether it is about others. The kinds of the first
# set come first. Within a set, the order of the guide decides. A kind that is in no set is never asked: the contact
# does not know why others did something, and nobody has a reason for a number.
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
