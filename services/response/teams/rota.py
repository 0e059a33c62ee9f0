"""A weekly rota (轮值) worked out into stretches of time. Pure rules.

A rota speaks in wall times of its zone: `08:00` is what clocks there show, before and after they
are changed. What comes out is in UTC, and has no gaps but those where nobody is on duty.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

# By `date.weekday`.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeeklyShift:
    """A shift on some days of every week; past midnight where it ends no later than it begins.

    `turns`: who is on duty, the first of them first; with several turns they follow each other week
    by week.
    """

    days: frozenset[str]
    begins: time
    ends: time
    turns: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Rota:
    """The shifts of a group. The first turns are those of the week of `starts_on`."""

    zone: str
    starts_on: date
    shifts: tuple[WeeklyShift, ...]


@dataclass(frozen=True, slots=True)
class Substitution:
    """For a stretch of time, `people` instead of `instead_of`, or (None) of everybody."""

    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...]
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in UTC, and who is on duty in it; nobody where empty: a gap."""

    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...]


def stretches(
    rota: Rota, substitutions: Sequence[Substitution], since: datetime, until: datetime
) -> list[Stretch]:
    """Who is on duty from `since` to `until`, one stretch after the other.

    Substitutions hold in their order; a later one sees what an earlier one made.
    """
    worked_out = list(_shifts(rota, since, until))
    borders = {since, until}
    for begins, ends, _ in worked_out:
        borders |= {begins, ends}
    for each in substitutions:
        borders |= {each.starts_at.astimezone(UTC), each.ends_at.astimezone(UTC)}
    inside = sorted(border for border in borders if since <= border <= until)
    found: list[Stretch] = []
    for begins, ends in pairwise(inside):
        people: tuple[str, ...] = ()
        for starts, stops, turn in worked_out:
            if starts <= begins < stops:
                people += tuple(person for person in turn if person not in people)
        for each in substitutions:
            if each.starts_at <= begins < each.ends_at:
                people = _replaced(people, each)
        if found and found[-1].people == people:
            found[-1] = Stretch(found[-1].starts_at, ends, people)
        else:
            found.append(Stretch(begins, ends, people))
    return found


def gaps(worked_out: Iterable[Stretch]) -> list[Stretch]:
    """The stretches in which nobody is on duty."""
    return [stretch for stretch in worked_out if not stretch.people]


def _shifts(
    rota: Rota, since: datetime, until: datetime
) -> Iterable[tuple[datetime, datetime, tuple[str, ...]]]:
    zone = ZoneInfo(rota.zone)
    day = since.astimezone(zone).date() - timedelta(days=1)
    last = until.astimezone(zone).date()
    first_monday = rota.starts_on - timedelta(days=rota.starts_on.weekday())
    while day <= last:
        for shift in rota.shifts:
            if DAYS[day.weekday()] in shift.days and day >= rota.starts_on:
                week = (day - first_monday) // _WEEK
                ends_on = day + timedelta(days=shift.ends <= shift.begins)
                yield (
                    datetime.combine(day, shift.begins, zone).astimezone(UTC),
                    datetime.combine(ends_on, shift.ends, zone).astimezone(UTC),
                    shift.turns[week % len(shift.turns)],
                )
        day += timedelta(days=1)


def _replaced(people: tuple[str, ...], by: Substitution) -> tuple[str, ...]:
    if by.instead_of is None:
        return by.people
    if by.instead_of not in people:
        return people
    put: list[str] = []
    for person in people:
        put += by.people if person == by.instead_of else (person,)
    return tuple(dict.fromkeys(put))
