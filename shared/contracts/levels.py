"""Levels of warnings and incidents, ordered."""

from enum import StrEnum


class WarningLevel(StrEnum):
    """Colour of a warning: IV blue, III yellow, II orange, I red (突发事件应对法, arts. 63-64)."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"

    @property
    def rank(self) -> int:
        """1 for blue to 4 for red: higher is more severe."""
        return _WARNING_RANKS[self]


class IncidentLevel(StrEnum):
    """Judged severity of an incident: 一般, 较大, 重大, 特别重大."""

    ORDINARY = "ordinary"
    LARGER = "larger"
    MAJOR = "major"
    EXTRAORDINARY = "extraordinary"

    @property
    def rank(self) -> int:
        """1 for ordinary to 4 for extraordinary: higher is more severe."""
        return _INCIDENT_RANKS[self]


_WARNING_RANKS = {level: rank for rank, level in enumerate(WarningLevel, start=1)}
_INCIDENT_RANKS = {level: rank for rank, level in enumerate(IncidentLevel, start=1)}
