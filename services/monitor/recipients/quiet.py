"""Hours of a week, and quiet hours (免打扰时段). Pure rules, by the wall clock of a time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from shared.contracts.levels import WarningLevel

# By `datetime.weekday`.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours that come back: from `begins` to `ends` by the clocks of `zone`, on the days on which
    they begin; past midnight where they end no later than they begin. No days are all days."""

    begins: time
    ends: time
    zone: str
    days: frozenset[str] = frozenset()

    @classmethod
    def of(cls, state: Mapping[str, Any], *, zone: str | None = None) -> Self:
        """The hours of a stored `{"begins": "22:00", "ends": "07:00", "days": [], "zone"}`."""
        return cls(
            begins=time.fromisoformat(state["begins"]),
            ends=time.fromisoformat(state["ends"]),
            zone=zone or state["zone"],
            days=frozenset(state.get("days") or ()),
        )

    def end_of(self, moment: datetime) -> datetime | None:
        """When the hours end that `moment` lies in, in UTC; None outside of them."""
        zone = ZoneInfo(self.zone)
        today = moment.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            if self.days and DAYS[day.weekday()] not in self.days:
                continue
            past_midnight = self.ends <= self.begins
            begins = datetime.combine(day, self.begins, zone)
            ends = datetime.combine(day + timedelta(days=past_midnight), self.ends, zone)
            # Compared in UTC: between two wall times of one zone Python forgets a change of clocks.
            if begins.astimezone(UTC) <= moment < ends.astimezone(UTC):
                return ends.astimezone(UTC)
        return None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When a person is not to be told, except of what reaches the level `breaks_through`."""

    hours: Hours
    breaks_through: WarningLevel

    @classmethod
    def of(cls, state: Mapping[str, Any], *, zone: str) -> Self:
        """The quiet hours of a stored recipient."""
        return cls(
            hours=Hours.of(state, zone=zone),
            breaks_through=WarningLevel(state["breaks_through"]),
        )

    def held_until(self, moment: datetime, level: WarningLevel | None) -> datetime | None:
        """Until when an alert of this level waits; None where it does not. What has no level is
        about the system, and waits."""
        if level is not None and level >= self.breaks_through:
            return None
        return self.hours.end_of(moment)
