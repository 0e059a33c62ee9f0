"""Keeping the history of indicators small: what is older is told in longer stretches."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.indicators.statements import PRUNE, ROLL_UP
from shared.db import database_now

_AT_ONCE = 5_000
_MOST_ROUNDS = 20


class Resolution(StrEnum):
    """How long one stretch is."""

    MINUTE = "minute"
    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Stretch:
    """`minutes` of one row; `kept`: how far back rows of it, or finer ones, are."""

    minutes: int
    kept: timedelta


STRETCHES = {
    Resolution.MINUTE: Stretch(1, timedelta(days=1)),
    Resolution.QUARTER: Stretch(15, timedelta(days=7)),
    Resolution.HOUR: Stretch(60, timedelta(days=92)),
    Resolution.DAY: Stretch(1_440, timedelta(days=5 * 366)),
}


async def roll_up(session: AsyncSession) -> int:
    """Turn what is old enough into longer stretches, and let go of what is years old.

    Every post stays counted in exactly one row of a subject. Returns how many rows went.
    """
    now = await database_now(session)
    stretches = list(STRETCHES.values())
    total = 0
    for fine, coarse in pairwise(stretches):
        before = aligned(now - fine.kept, coarse.minutes)
        for _ in range(_MOST_ROUNDS):
            result = await session.execute(
                ROLL_UP,
                {
                    "fine": fine.minutes,
                    "coarse": coarse.minutes,
                    "before": before,
                    "most": _AT_ONCE,
                },
            )
            gone = int(result.scalar_one())
            total += gone
            if gone < _AT_ONCE:
                break
    oldest = stretches[-1]
    await session.execute(
        PRUNE, {"minutes": oldest.minutes, "before": now - oldest.kept, "most": _AT_ONCE}
    )
    return total


def aligned(moment: datetime, minutes: int) -> datetime:
    """Returns the beginning of the stretch of so many minutes that `moment` lies in."""
    seconds = moment.timestamp()
    return moment - timedelta(seconds=seconds % (minutes * 60))
