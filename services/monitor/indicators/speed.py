"""Speed (传播速度): how fast the matter spreads, against its own past."""

from dataclasses import dataclass

from services.monitor.indicators.tally import Tally

HOUR = 3_600.0
QUARTER = 900.0
_BASELINE_HOURS = 12.0
# Before it has one hour of past, a subject cannot be faster than usual.
_LEAST_BASELINE_HOURS = 1.0
# Posts an hour that are added on both sides: from 0 to 3 posts is no surge of infinite speed.
_SMOOTHING = 2.0


@dataclass(frozen=True, slots=True)
class Speed:
    """Posts and copies per hour.

    `quarter`, `hour`: over the last 15 and 60 minutes; `baseline`: mean of the 12 hours before the
    last one, or of as many as there were; `multiple`: `hour` against `baseline`, smoothed, 1 being
    as usual. The last two are None for a subject that is less than two hours old.
    """

    quarter: float
    hour: float
    baseline: float | None
    multiple: float | None


def speed(tally: Tally, now: float) -> Speed:
    """Returns the speed of a subject at `now` (epoch seconds of the story clock)."""
    quarter = tally.between(now - QUARTER, now).mentions * HOUR / QUARTER
    hour = float(tally.between(now - HOUR, now).mentions)
    past = (now - HOUR - (now if tally.first_at is None else tally.first_at)) / HOUR
    if past < _LEAST_BASELINE_HOURS:
        return Speed(quarter, hour, None, None)
    hours = min(past, _BASELINE_HOURS)
    before = tally.between(now - HOUR * (1 + _BASELINE_HOURS), now - HOUR).mentions
    baseline = before / hours
    return Speed(quarter, hour, baseline, (hour + _SMOOTHING) / (baseline + _SMOOTHING))
