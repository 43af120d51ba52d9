import pytest
from django.db import OperationalError
from django.db.transaction import atomic
from psycopg.errors import DeadlockDetected, LockNotAvailable

from hindsight.db.statements import REPEATS, retried


class Transaction:
    """Fails for the causes in turn, then returns how often it was called."""

    def __init__(self, *causes: Exception) -> None:
        self.causes = [*causes]
        self.calls = 0

    def __call__(self) -> int:
        self.calls += 1
        if self.causes:
            raise OperationalError from self.causes.pop(0)
        return self.calls


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("causes", "calls"),
    [
        ([DeadlockDetected()] * (REPEATS + 1), REPEATS + 1),
        ([DeadlockDetected(), LockNotAvailable()], 2),
        ([LockNotAvailable()], 1),
    ],
)
def test_other_errors_and_too_many_deadlocks_are_raised(causes: list[Exception], calls: int) -> None:
    transaction = Transaction(*causes)
    with pytest.raises(OperationalError):
        retried(transaction)()
    assert transaction.calls == calls


@pytest.mark.django_db(transaction=True)
def test_a_victim_of_deadlocks_is_repeated_unless_it_is_inside_a_larger_transaction() -> None:
    assert retried(Transaction(*[DeadlockDetected()] * REPEATS))() == REPEATS + 1
    with pytest.raises(OperationalError), atomic():
        retried(inside := Transaction(DeadlockDetected()))()
    assert inside.calls == 1
