"""When a source is read again. Pure rules."""

from datetime import timedelta
from hashlib import blake2b
from uuid import UUID

_DAY = timedelta(days=1)
# 2^10 intervals pass a day for every interval that may be set.
_MOST_DOUBLINGS = 10
_JITTER = 0.1


def pause_after_success(every: timedelta, asked: timedelta | None = None) -> timedelta:
    """The pause after a reading that went well: longer where the site asks for it, up to a day."""
    return max(every, min(asked or timedelta(), _DAY))


def pause_after_failure(
    every: timedelta,
    failures: int,
    retry_after: timedelta | None = None,
    *,
    spread: float = 0.0,
) -> timedelta:
    """The pause after `failures` failures in a row (1 for the first).

    Doubles with each from the second on, up to a day; a longer time that the site asks for is kept,
    up to a day too, so that no site can switch itself off for good. `spread`, from 0 to 1, adds up
    to a tenth: sources that failed together do not come back together.
    """
    doubled = every * (1 << min(failures - 1, _MOST_DOUBLINGS)) * (1 + _JITTER * spread)
    return max(every, min(max(doubled, retry_after or timedelta()), _DAY))


def spread_of(source_id: UUID, failures: int) -> float:
    """Where in the spread a source lies this time: by chance, and the same if asked again."""
    seed = source_id.bytes + failures.to_bytes(4, "big")
    return int.from_bytes(blake2b(seed, digest_size=4).digest(), "big") / 2**32
