from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

from hindsight.db.errors import DEADLOCK, sqlstate_of

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# A repeated transaction can become the victim again: it may lock its first row before the other transaction does.
REPEATS = 3


def retried(transaction: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Repeats a transaction that was the victim of a deadlock, unless it is part of a larger one."""

    @wraps(transaction)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        for _ in range(REPEATS):
            try:
                return transaction(*args, **kwargs)
            except OperationalError as error:
                if sqlstate_of(error) != DEADLOCK or connection.in_atomic_block:
                    raise
        return transaction(*args, **kwargs)

    return run
