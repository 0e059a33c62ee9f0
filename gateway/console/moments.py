"""Times and numbers as people say them, in the language and the time zone of the visitor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import LOCALTZ, format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent

# The browser's own zone, which a script leaves in a cookie at the first visit.
ZONE_COOKIE = "groundswell_zone"
_SOON = timedelta(hours=20)


def zone_of(cookies: Mapping[str, str]) -> tzinfo:
    """The visitor's time zone; the server's where the browser did not say."""
    name = cookies.get(ZONE_COOKIE, "").replace("%2F", "/")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return LOCALTZ


def as_moment(value: Any) -> datetime | None:
    """Read an RFC 3339 time; None where there is none."""
    if isinstance(value, datetime):
        return value
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Teller:
    """Tells times and numbers to one visitor."""

    locale: Locale
    zone: tzinfo
    now: datetime

    def ago(self, value: Any) -> str:
        """`5 minutes ago`, `in 2 hours`; less than a minute counts as one."""
        moment = as_moment(value)
        if moment is None:
            return ""
        return format_timedelta(
            moment - self.now,
            granularity="minute",
            add_direction=True,
            threshold=0.99,
            locale=self.locale,
        )

    def exact(self, value: Any) -> str:
        """Date and time to the second, with the zone."""
        moment = as_moment(value)
        if moment is None:
            return ""
        return format_datetime(
            moment, "yyyy-MM-dd HH:mm:ss ZZZZ", tzinfo=self.zone, locale=self.locale
        )

    def hour(self, value: Any) -> str:
        """`21:04`, with the day before it where it is not near."""
        moment = as_moment(value)
        if moment is None:
            return ""
        clock = format_time(moment, "HH:mm", tzinfo=self.zone, locale=self.locale)
        if abs(moment - self.now) < _SOON:
            return clock
        day = format_date(moment.astimezone(self.zone), "MM-dd", locale=self.locale)
        return f"{day} {clock}"

    def weekday(self, value: datetime) -> str:
        """`Mon`, `周一`."""
        return format_date(value.date(), "ccc", locale=self.locale)

    def left(self, value: Any) -> str:
        """What is left until a time, or since when it is over: `00:23:10`."""
        moment = as_moment(value)
        if moment is None:
            return ""
        seconds = int(abs((moment - self.now).total_seconds()))
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    def past(self, value: Any) -> bool:
        """Tell whether a time lies behind."""
        moment = as_moment(value)
        return moment is not None and moment < self.now

    def field(self, value: Any) -> str:
        """A time as `<input type="datetime-local">` wants it."""
        moment = as_moment(value)
        return moment.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if moment else ""

    def number(self, value: Any, digits: int = 0) -> str:
        """`1,846`, `6.2`."""
        if not isinstance(value, int | float):
            return ""
        return format_decimal(round(value, digits), locale=self.locale)

    def percent(self, value: Any) -> str:
        """`41%` of a share between 0 and 1."""
        if not isinstance(value, int | float):
            return ""
        return format_percent(value, "#,##0%", locale=self.locale)
