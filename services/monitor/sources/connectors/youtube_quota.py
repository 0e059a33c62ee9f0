"""What may still be asked of YouTube today. Pure.

Google counts units: a search costs 100, everything else that is read costs 1; a project has 10,000
a day unless Google grants more (https://developers.google.com/youtube/v3/determine_quota_cost).
A day begins at midnight, Pacific time.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from services.monitor.sources.connectors.values import as_count, as_text, at

SEARCH = 100
LOOK = 1
_PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Quota:
    """Units that one source used on one day."""

    day: date
    used: int = 0

    @classmethod
    def of(cls, kept: Any, now: datetime) -> Self:
        """The account as it was kept, or a new one if another day began since."""
        today = now.astimezone(_PACIFIC).date()
        same = as_text(at(kept, "day")) == today.isoformat()
        return cls(day=today, used=(as_count(at(kept, "used")) or 0) if same else 0)

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {"day": self.day.isoformat(), "used": self.used}

    def allows(self, units: int, limit: int) -> bool:
        """Whether `units` more stay within `limit`."""
        return self.used + units <= limit

    def spent(self, units: int) -> Self:
        """After a request: one that fails costs as well."""
        return replace(self, used=self.used + units)


def next_day(now: datetime) -> timedelta:
    """How long it is until the units are counted anew."""
    here = now.astimezone(_PACIFIC)
    midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), _PACIFIC)
    return midnight - now
