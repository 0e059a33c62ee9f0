"""How far a story reaches (范围), from its counts. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.monitor.indicators.tally import Tally

_DAY = 86_400.0
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Scope:
    """Posts with words of their own and copies of them over the life of the story; platforms and
    regions with their posts, the largest first; different authors (estimated beyond some hundred);
    `reach`: followers of the authors of the last 24 hours, summed; `speed`: times the rate of the
    hours before, None where it cannot be told."""

    posts: int
    copies: int
    platforms: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    authors: int
    reach: int
    speed: float | None

    def to_state(self) -> dict[str, Any]:
        """The scope as JSON values."""
        state = asdict(self)
        for name in ("platforms", "regions"):
            state[name] = [{"name": label, "posts": posts} for label, posts in getattr(self, name)]
        return state


def scope_of(tally: Mapping[str, Any], *, posts: int, copies: int, speed: float | None) -> Scope:
    """The scope of a story with this stored tally."""
    counted = Tally.from_state(tally)
    newest = counted.last_at or 0.0
    return Scope(
        posts=posts,
        copies=copies,
        platforms=_largest(counted.platforms),
        regions=_largest(counted.regions),
        authors=counted.authors.estimate(),
        reach=counted.between(newest - _DAY, newest).reach,
        speed=speed,
    )


def _largest(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(ranked[:_MOST_NAMES])
