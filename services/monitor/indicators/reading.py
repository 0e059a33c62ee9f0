"""All indicators of a subject at one time."""

from dataclasses import asdict, dataclass
from typing import Any

from services.monitor.indicators.impact import Impact, impact
from services.monitor.indicators.negativity import Negativity, negativity
from services.monitor.indicators.speed import Speed, speed
from services.monitor.indicators.spread import Spread, spread
from services.monitor.indicators.tally import Tally


@dataclass(frozen=True, slots=True)
class Reading:
    """The indicators of a story or a watch at the time `at` (epoch seconds of the story clock).

    `heat` in posts an hour (see `heat.py`); the others say their units themselves.
    """

    at: float
    heat: float
    spread: Spread
    impact: Impact
    speed: Speed
    negativity: Negativity

    def to_state(self) -> dict[str, Any]:
        """Returns the reading as JSON values."""
        return asdict(self)


def read(tally: Tally, now: float) -> Reading:
    """Takes the reading of a subject at `now`."""
    return Reading(
        at=now,
        heat=tally.heat.value(now),
        spread=spread(tally),
        impact=impact(tally, now),
        speed=speed(tally, now),
        negativity=negativity(tally, now),
    )
