"""The order in which stories ask for attention."""

from collections.abc import Iterable, Mapping
from typing import Any

_RANKS = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}


def rank(level: Any) -> int:
    """1 for blue to 4 for red, 0 for none."""
    return _RANKS.get(str(level), 0)


def most_urgent(stories: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Stories by level, then by heat, highest first."""
    return sorted(
        stories,
        key=lambda story: (rank(story.get("level")), story.get("heat") or 0),
        reverse=True,
    )
