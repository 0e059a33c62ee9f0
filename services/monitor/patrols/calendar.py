"""When rounds are due. Pure.

Times of day are those on the wall: nine o'clock stays nine o'clock when summer time begins. A time
that the clock leaves out on that day is due an hour later, one that it shows twice the first time.
Every so many hours is counted in hours that passed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """When a plan is due, from `starts_at` to `ends_at`.

    `weekdays` counts from Monday, 1, to Sunday, 7; none means every day, and concerns `times` only.
    """

    zone: ZoneInfo
    starts_at: datetime
    times: Sequence[time] = ()
    weekdays: frozenset[int] = frozenset()
    every: timedelta | None = None
    ends_at: datetime | None = None


def due_times(calendar: Calendar, after: datetime, until: datetime) -> list[datetime]:
    """All times later than `after`, up to `until`, at which a round is due, in UTC and in order."""
    last = min(until, calendar.ends_at) if calendar.ends_at else until
    due = {*_on_the_wall(calendar, after, last), *_in_hours(calendar, after, last)}
    return sorted(at for at in due if after < at <= last and at >= calendar.starts_at)


def next_due(calendar: Calendar, after: datetime, within: timedelta) -> datetime | None:
    """The next time after `after`, or None where there is none within `within`."""
    return next(iter(due_times(calendar, after, after + within)), None)


def _on_the_wall(calendar: Calendar, after: datetime, last: datetime) -> Iterator[datetime]:
    if not calendar.times:
        return
    day = (after - _DAY).astimezone(calendar.zone).date()
    end = (last + _DAY).astimezone(calendar.zone).date()
    while day <= end:
        if not calendar.weekdays or day.isoweekday() in calendar.weekdays:
            for at in calendar.times:
                yield datetime.combine(day, at, tzinfo=calendar.zone).astimezone(UTC)
        day += _DAY


def _in_hours(calendar: Calendar, after: datetime, last: datetime) -> Iterator[datetime]:
    if calendar.every is None:
        return
    start = calendar.starts_at.astimezone(UTC)
    passed = max(0, (after - start) // calendar.every)
    at = start + passed * calendar.every
    while at <= last:
        yield at
        at += calendar.every
