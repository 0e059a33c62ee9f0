"""What may still be asked of YouTube today. Pure.

A project has 100 searches a day, and 10,000 units for everything else, of which each request that
reads costs one (https://developers.google.com/youtube/v3/determine_quota_cost). Where a search
still costs 100 of those units, Google says when they are spent. A day begins at midnight, Pacific
time.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from services.monitor.sources.connectors.values import as_count, as_text, at

_PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Quota:
    """Units and searches that one source used on one day. A request that fails costs as well."""

    day: date
    used: int = 0
    searches: int = 0

    @classmethod
    def of(cls, kept: Any, now: datetime) -> Self:
        """The account as it was kept, or a new one if another day began since."""
        today = now.astimezone(_PACIFIC).date()
        if as_text(at(kept, "day")) != today.isoformat():
            return cls(day=today)
        used, searches = (as_count(at(kept, name)) or 0 for name in ("used", "searches"))
        return cls(day=today, used=used, searches=searches)

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {"day": self.day.isoformat(), "used": self.used, "searches": self.searches}

    def spent(self) -> Self:
        """After a request that reads."""
        return replace(self, used=self.used + 1)

    def searched(self, searches: int = 1) -> Self:
        """After so many searches."""
        return replace(self, searches=self.searches + searches)


def next_day(now: datetime) -> timedelta:
    """How long it is until the units are counted anew."""
    here = now.astimezone(_PACIFIC)
    midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), _PACIFIC)
    return midnight - now
