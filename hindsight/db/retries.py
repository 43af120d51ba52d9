from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

from hindsight.db.errors import DEADLOCK, sqlstate_of

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# A repeated transaction can become the victim again.
REPEATS = 3


def retried(transaction: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Repeats an outermost transaction after a deadlock."""

    @wraps(transaction)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        repeats = 0 if connections[DEFAULT_DB_ALIAS].in_atomic_block else REPEATS
        for _ in range(repeats):
            try:
                return transaction(*args, **kwargs)
            except DatabaseError as error:
                if sqlstate_of(error) != DEADLOCK:
                    raise
        return transaction(*args, **kwargs)

    return run
