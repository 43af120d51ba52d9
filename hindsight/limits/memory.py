import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Over `max_keys`, forgets the key that was added first."""

    def __init__(self, max_keys: int = 10_000) -> None:
        self.max_keys = max_keys
        self.lock = threading.Lock()
        self.values: OrderedDict[Key, Value] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self.values

    def get(self, key: Key) -> Value | None:
        return self.values.get(key)

    def add(self, key: Key, value: Value) -> None:
        with self.lock:
            self.values.pop(key, None)
            self.values[key] = value
            if len(self.values) > self.max_keys:
                self.values.popitem(last=False)

    def forget(self, key: Key) -> None:
        with self.lock:
            self.values.pop(key, None)

    def clear(self) -> None:
        with self.lock:
            self.values.clear()
