"""Levels of warnings and incidents, ordered."""

from enum import StrEnum


class RankedEnum(StrEnum):
    """Words in rising order of severity, compared by rank and not by the alphabet."""

    @property
    def rank(self) -> int:
        """1 for the least severe; higher is more severe."""
        return list(type(self)).index(self) + 1

    def __lt__(self, other: str) -> bool:
        return self.rank < type(self)(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= type(self)(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > type(self)(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= type(self)(other).rank


class WarningLevel(RankedEnum):
    """Colour of a warning: IV blue, III yellow, II orange, I red (突发事件应对法, arts. 63-64)."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class IncidentLevel(RankedEnum):
    """Judged severity of an incident: 一般, 较大, 重大, 特别重大."""

    ORDINARY = "ordinary"
    LARGER = "larger"
    MAJOR = "major"
    EXTRAORDINARY = "extraordinary"
