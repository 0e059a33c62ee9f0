"""How sentiment divides: three shares that add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mix:
    """Shares between 0 and 1."""

    positive: float
    neutral: float
    negative: float

    @property
    def pieces(self) -> list[tuple[str, float, float]]:
        """Name, where it begins and how long it is, in percent of a bar."""
        begin, found = 0.0, []
        for name in ("positive", "neutral", "negative"):
            length = round(getattr(self, name) * 100, 2)
            found.append((name, round(begin, 2), length))
            begin += length
        return found


def mix_of(counts: Mapping[str, Any] | None) -> Mix | None:
    """Shares of the three counts (or shares); None where nothing was analysed."""
    known = {name: (counts or {}).get(name) or 0 for name in ("positive", "neutral", "negative")}
    total = sum(known.values())
    if not total:
        return None
    return Mix(**{name: value / total for name, value in known.items()})
