import pytest
from django.db import OperationalError
from psycopg.errors import DeadlockDetected, LockNotAvailable

from hindsight.db.retries import REPEATS, retried


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
def test_a_victim_of_deadlocks_is_repeated() -> None:
    assert retried(Transaction(*[DeadlockDetected()] * REPEATS))() == REPEATS + 1


@pytest.mark.django_db(transaction=True)
def test_repeats_are_limited() -> None:
    transaction = Transaction(*[DeadlockDetected()] * (REPEATS + 1))
    with pytest.raises(OperationalError):
        retried(transaction)()
    assert transaction.calls == REPEATS + 1


@pytest.mark.django_db(transaction=True)
def test_other_errors_are_not_repeated() -> None:
    transaction = Transaction(LockNotAvailable())
    with pytest.raises(OperationalError):
        retried(transaction)()
    assert transaction.calls == 1


@pytest.mark.django_db
def test_nothing_is_repeated_inside_a_larger_transaction() -> None:
    transaction = Transaction(DeadlockDetected())
    with pytest.raises(OperationalError):
        retried(transaction)()
    assert transaction.calls == 1
