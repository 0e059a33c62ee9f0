"""When a source has been silent for too long. Pure.

Both must hold: silence is next to impossible by what the source brings at these hours of the week,
and clearly longer than any before it. The first alone cries wolf on holidays; the second alone
cannot tell a busy hour from a quiet night.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.monitor.coverage.expectation import HOUR, Usual
from shared.contracts.sources import SilenceCause

# One in 200 weeks of a source. Each of its posts begins a silence, so the chance of a single one
# must be that much smaller where there are many.
_FALSE_ALARMS_A_WEEK = 0.005
_LONGER_THAN_EVER = 1.5
# Less past than this says nothing.
_LEAST_HOURS = 7 * 24
_LEAST_POSTS = 6
_SHORTEST = timedelta(hours=2)
_INTERVALS = 3
_FAILURES = 5
_FAILING_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class Condition:
    """How a source does now.

    `quiet_since`: its last new post, or the time since when it has been read without a break, if
    that is later; None: it never had one. `reachable_at`: the last reading that went well, or (none
    yet) when the source was written. A source that sends by itself has no `every`.
    """

    quiet_since: datetime | None
    reachable_at: datetime
    failures: int
    every: timedelta | None


@dataclass(frozen=True)
class Silence:
    """That a source is silent: why, since when, and what was to be expected meanwhile."""

    cause: SilenceCause
    since: datetime
    expected: float | None = None
    longest_gap: int | None = None


def judge(condition: Condition, usual: Usual | None, now: datetime) -> Silence | None:
    """Whether this silence is worth an alarm."""
    return _failing(condition, now) or _silent(condition, usual, now)


def _failing(condition: Condition, now: datetime) -> Silence | None:
    every = condition.every or timedelta()
    long = now - condition.reachable_at >= max(_FAILING_FOR, _INTERVALS * every)
    if condition.failures < _FAILURES or not long:
        return None
    return Silence(SilenceCause.FAILING, condition.reachable_at)


def _silent(condition: Condition, usual: Usual | None, now: datetime) -> Silence | None:
    since = condition.quiet_since
    if usual is None or since is None or condition.failures:
        return None
    if usual.hours < _LEAST_HOURS or usual.posts < _LEAST_POSTS:
        return None
    longest = max(
        _SHORTEST,
        _INTERVALS * (condition.every or timedelta()),
        usual.longest_gap * _LONGER_THAN_EVER * HOUR,
    )
    if now - since < longest:
        return None
    expected = usual.expected(since, now)
    if usual.chance_of_none(expected) > _FALSE_ALARMS_A_WEEK / max(1.0, usual.posts_a_week):
        return None
    return Silence(SilenceCause.SILENT, since, round(expected, 1), usual.longest_gap)
