"""A bounded memory of where the latest posts went."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Remembers the values of the last `limit` keys; the oldest is forgotten first."""

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._values: dict[Key, Value] = {}

    def get(self, key: Key | None) -> Value | None:
        return None if key is None else self._values.get(key)

    def items(self) -> Iterable[tuple[Key, Value]]:
        """The keys that are known, with their values, the oldest first."""
        return self._values.items()

    def remember(self, key: Key, value: Value) -> None:
        """Notes a value; a key that is known moves to the newest."""
        self._values.pop(key, None)
        self._values[key] = value
        if len(self._values) > self._limit:
            del self._values[next(iter(self._values))]

    def forget(self, key: Key) -> None:
        """Forgets a key, if it is known."""
        self._values.pop(key, None)

    def revise(self, change: Callable[[Value], Value]) -> None:
        """Puts `change(value)` in the place of every value."""
        self._values = {key: change(value) for key, value in self._values.items()}
