"""What a text is labelled for training where several people said something of it."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum


class Conflicts(StrEnum):
    """What becomes of a text that people label differently."""

    MAJORITY = "majority"
    LEAVE_OUT = "leave_out"


def settle(labels: Sequence[str], conflicts: Conflicts) -> str | None:
    """The one label of a text; none where people differ and it is to be left out, or no label has
    more than any other."""
    ranked = Counter(labels).most_common(2)
    if not ranked:
        return None
    if len(ranked) == 1:
        return ranked[0][0]
    if conflicts is Conflicts.LEAVE_OUT or ranked[0][1] == ranked[1][1]:
        return None
    return ranked[0][0]
