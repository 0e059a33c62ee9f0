"""How patiently alerts are sent, and how many one by one. Pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.contracts.levels import WarningLevel

# Until the next try, by the tries so far: a receiver that restarts hears of it within a minute, one
# that is repaired within two hours.
_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 1_800, 3_600))


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed tries; None when there have been enough."""
    return _PAUSES[attempts - 1] if attempts <= len(_PAUSES) else None


@dataclass(frozen=True, slots=True)
class Pace:
    """So many messages one by one within a time; what comes beyond is told together, `later`."""

    messages: int
    within: timedelta
    later: timedelta


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# A person reads no more than this; in a storm they get a message every five minutes.
PERSON = (Pace(6, _MINUTE, _MINUTE), Pace(20, _HOUR, timedelta(minutes=5)))
# WeCom and DingTalk take 20 messages a minute, and DingTalk then none for ten minutes: there must
# be room for what is told together, and for second tries.
ROBOT = (Pace(10, _MINUTE, _MINUTE), Pace(40, _HOUR, timedelta(minutes=5)))
# Level I has room of its own.
_RED_MORE = 4


def told_later(
    told_at: Sequence[datetime], now: datetime, paces: Sequence[Pace], level: WarningLevel | None
) -> datetime | None:
    """When one more message may be told, to a receiver that was told single ones at these times;
    None for at once."""
    more = _RED_MORE if level is WarningLevel.RED else 0
    waits = [
        now + pace.later
        for pace in paces
        if sum(at > now - pace.within for at in told_at) >= pace.messages + more
    ]
    return max(waits, default=None)
