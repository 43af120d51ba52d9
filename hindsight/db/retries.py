from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

from hindsight.db.errors import DEADLOCK, STALE_STATEMENT, sqlstate_of

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# A repeated transaction can become the victim again.
REPEATS = 3


REPEATED = {DEADLOCK, *STALE_STATEMENT}


def retried(transaction: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Repeats an outermost transaction after a deadlock or a stale statement (decision 2)."""

    @wraps(transaction)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        database: Any = connections[DEFAULT_DB_ALIAS]
        if database.in_atomic_block:
            return transaction(*args, **kwargs)
        try:
            for _ in range(REPEATS):
                database.next_transaction_is_repeatable = True
                try:
                    return transaction(*args, **kwargs)
                except DatabaseError as error:
                    if sqlstate_of(error) not in REPEATED:
                        raise
        finally:
            database.next_transaction_is_repeatable = False
        return transaction(*args, **kwargs)

    return run
