"""What is usual at a time: a level, the shape of the day, the shape of the week, all learned."""

from collections.abc import Mapping
from typing import Any

from services.monitor.surge.settings import SurgeSettings

_HOUR, _DAY = 3_600.0, 86_400.0
_HOURS, _WEEKDAYS = 24, 7
# A bin of an hour that has hardly any posts must not be blown up into a level.
_LEAST_SHAPE = 0.2


class Baseline:
    """Expected count of the next bin: level x hour of the day x day of the week.

    The level is an exponentially weighted mean of the counts without their shapes, the larger of
    two: that of the last days, and that of the last weeks, so that the end of a quiet week is no
    surge. A shape is the ratio of what came to what the level promised, drawn toward 1 by
    `season_prior` posts (the mean of a Gamma posterior): a young or quiet series has none, a busy
    one learns it within days. A surge teaches no more than a bounded count.
    """

    __slots__ = (
        "_came_hour",
        "_came_weekday",
        "_ceiling",
        "_decay",
        "_floor",
        "_hour_decay",
        "_prior",
        "_promised_hour",
        "_promised_weekday",
        "_slow_ceiling",
        "_slow_decay",
        "_slow_floor",
        "_slow_sum",
        "_slow_weight",
        "_sum",
        "_weekday_decay",
        "_weight",
    )

    def __init__(self, settings: SurgeSettings) -> None:
        self._decay = settings.decay(settings.level_half_life)
        # A shape is only touched in its own hour or weekday, and decays there that much faster.
        self._hour_decay = settings.decay(settings.hour_half_life / _HOURS)
        self._weekday_decay = settings.decay(settings.weekday_half_life / _WEEKDAYS)
        self._prior = settings.season_prior
        self._ceiling, self._floor = settings.surge_factor, settings.surge_floor
        self._slow_decay = settings.decay(settings.slow_half_life)
        self._slow_ceiling, self._slow_floor = settings.slow_factor, settings.slow_floor
        self._sum = self._weight = self._slow_sum = self._slow_weight = 0.0
        self._came_hour, self._promised_hour = [0.0] * _HOURS, [0.0] * _HOURS
        self._came_weekday, self._promised_weekday = [0.0] * _WEEKDAYS, [0.0] * _WEEKDAYS

    def learn(self, at: float, count: float) -> float:
        """Returns what was expected of the bin at `at` (epoch seconds), then learns its count."""
        hour, weekday, prior = int(at % _DAY / _HOUR), int(at / _DAY) % _WEEKDAYS, self._prior
        came, promised = self._came_hour, self._promised_hour
        of_hour = (came[hour] + prior) / (promised[hour] + prior)
        came_day, promised_day = self._came_weekday, self._promised_weekday
        of_weekday = (came_day[weekday] + prior) / (promised_day[weekday] + prior)
        level = self._sum / self._weight if self._weight else count
        slow = self._slow_sum / self._slow_weight if self._slow_weight else 0.0
        shape = of_hour * of_weekday
        expected = (slow if slow > level else level) * shape
        flat = shape if shape > _LEAST_SHAPE else _LEAST_SHAPE
        most = self._slow_ceiling * expected + self._slow_floor
        decay = self._slow_decay
        self._slow_sum = self._slow_sum * decay + (count if count < most else most) / flat
        self._slow_weight = self._slow_weight * decay + 1.0
        most = self._ceiling * level * shape + self._floor
        if count > most:
            count = most
        decay = self._decay
        self._sum = self._sum * decay + count / flat
        self._weight = self._weight * decay + 1.0
        decay = self._hour_decay
        came[hour] = came[hour] * decay + count / max(of_weekday, _LEAST_SHAPE)
        promised[hour] = promised[hour] * decay + level
        decay = self._weekday_decay
        came_day[weekday] = came_day[weekday] * decay + count / max(of_hour, _LEAST_SHAPE)
        promised_day[weekday] = promised_day[weekday] * decay + level
        return expected

    def expect(self, at: float) -> float:
        """Returns what is expected of a bin at `at`; 0 before anything was learned."""
        hour, weekday, prior = int(at % _DAY / _HOUR), int(at / _DAY) % _WEEKDAYS, self._prior
        of_hour = (self._came_hour[hour] + prior) / (self._promised_hour[hour] + prior)
        of_weekday = (self._came_weekday[weekday] + prior) / (
            self._promised_weekday[weekday] + prior
        )
        if not self._weight:
            return 0.0
        slow = self._slow_sum / self._slow_weight if self._slow_weight else 0.0
        return max(self._sum / self._weight, slow) * of_hour * of_weekday

    def to_state(self) -> dict[str, Any]:
        """Returns what was learned as JSON values."""
        return {
            "level": [self._sum, self._weight],
            "slow": [self._slow_sum, self._slow_weight],
            "hours": [self._came_hour, self._promised_hour],
            "weekdays": [self._came_weekday, self._promised_weekday],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes over what a `to_state` tells."""
        self._sum, self._weight = state["level"]
        # Not there in what an earlier version wrote.
        self._slow_sum, self._slow_weight = state.get("slow", (0.0, 0.0))
        self._came_hour, self._promised_hour = map(list, state["hours"])
        self._came_weekday, self._promised_weekday = map(list, state["weekdays"])
