"""A place in the stream of events. Pure."""

import re
from dataclasses import dataclass

_FORM = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_MOST = 2**63 - 1


@dataclass(frozen=True, order=True, slots=True)
class Cursor:
    """The place behind one event: events are ordered by the transaction that told of them, then by
    their position in it. A reader who stays below the oldest running transaction misses none."""

    transaction_id: int
    position: int

    def __str__(self) -> str:
        return f"{self.transaction_id}-{self.position}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """The place that an id of the stream names, or None where it is no such id."""
        found = _FORM.fullmatch(text)
        if found is None:
            return None
        numbers = (int(found.group(1)), int(found.group(2)))
        return cls(*numbers) if max(numbers) <= _MOST else None

    @classmethod
    def before(cls, transaction_id: int) -> "Cursor":
        """The place just before everything that `transaction_id` and later ones tell."""
        return cls(transaction_id - 1, _MOST)
