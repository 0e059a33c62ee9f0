"""A bounded memory of where the latest posts went."""

from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Remembers the values of the last `limit` keys; the oldest is forgotten first."""

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._values: dict[str, Value] = {}

    def get(self, key: str | None) -> Value | None:
        return None if key is None else self._values.get(key)

    def remember(self, key: str, value: Value) -> None:
        """Notes a value; a key that is known moves to the newest."""
        self._values.pop(key, None)
        self._values[key] = value
        if len(self._values) > self._limit:
            del self._values[next(iter(self._values))]

    def revise(self, change: Callable[[Value], Value]) -> None:
        """Puts `change(value)` in the place of every value."""
        self._values = {key: change(value) for key, value in self._values.items()}
