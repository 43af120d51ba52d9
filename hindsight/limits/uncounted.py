from collections import Counter
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

# Between two additions of an org's amounts to the store, unless they are large.
SECONDS_BETWEEN_COUNTS = 5


class Uncounted(Generic[Key]):
    """Amounts that this process has not yet added to the store. They are lost if it is unavailable."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.by_key: Counter[Key] = Counter()

    def add(self, key: Key, number: int) -> None:
        with self.lock:
            self.by_key[key] += number

    def of(self, key: Key) -> int:
        return self.by_key[key]

    def take(self, key: Key) -> int:
        if key not in self.by_key:  # usually, and without a lock
            return 0
        with self.lock:
            return self.by_key.pop(key, 0)

    def clear(self) -> None:
        with self.lock:
            self.by_key.clear()
