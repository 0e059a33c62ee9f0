"""Who is on duty when: past midnight, across changes of clocks, week by week, with substitutes."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.response.teams.rota import (
    DAYS,
    Rota,
    Stretch,
    Substitution,
    WeeklyShift,
    gaps,
    stretches,
)

ALL = frozenset(DAYS)
# A Monday.
MONDAY = date(2026, 11, 2)


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shift(
    begins: str, ends: str, *turns: tuple[str, ...], days: frozenset[str] = ALL
) -> WeeklyShift:
    return WeeklyShift(days, time.fromisoformat(begins), time.fromisoformat(ends), turns)


def day_and_night(zone: str = "Asia/Shanghai") -> Rota:
    return Rota(
        zone, MONDAY, (shift("08:00", "20:00", ("day",)), shift("20:00", "08:00", ("night",)))
    )


def on_duty(found: list[Stretch], moment: datetime) -> tuple[str, ...]:
    (stretch,) = (each for each in found if each.starts_at <= moment < each.ends_at)
    return stretch.people


def test_a_shift_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = Rota(
        "Asia/Shanghai", MONDAY, (shift("20:00", "08:00", ("xu",), days=frozenset({"fri"})),)
    )
    found = stretches(friday_night, (), at("2026-11-06T00:00"), at("2026-11-08T00:00"))
    assert [(each.starts_at, each.ends_at) for each in found if each.people] == [
        (at("2026-11-06T20:00"), at("2026-11-07T08:00"))
    ]


def test_what_began_yesterday_is_seen_by_who_asks_after_midnight() -> None:
    since = at("2026-11-04T00:30")
    found = stretches(day_and_night(), (), since, since + timedelta(hours=1))
    assert found == [Stretch(since, since + timedelta(hours=1), ("night",))]


def test_the_night_on_which_clocks_go_back_is_an_hour_longer() -> None:
    # Berlin, 25 October 2026: 03:00 becomes 02:00 again.
    rota = Rota("Europe/Berlin", date(2026, 10, 19), day_and_night().shifts)
    zone = "Europe/Berlin"
    found = stretches(rota, (), at("2026-10-24T20:00", zone), at("2026-10-25T20:00", zone))
    night, day = found
    assert night.people == ("night",)
    assert night.ends_at - night.starts_at == timedelta(hours=13)
    assert day.ends_at - day.starts_at == timedelta(hours=12)


def test_the_night_on_which_clocks_go_forward_is_an_hour_shorter_and_leaves_no_gap() -> None:
    # Berlin, 29 March 2026: 02:00 becomes 03:00; a shift that begins at 02:30 begins at 03:30.
    zone = "Europe/Berlin"
    rota = Rota(
        zone,
        date(2026, 3, 23),
        (shift("02:30", "14:30", ("early",)), shift("14:30", "02:30", ("late",))),
    )
    found = stretches(rota, (), at("2026-03-28T12:00", zone), at("2026-03-30T12:00", zone))
    assert gaps(found) == []
    assert on_duty(found, datetime(2026, 3, 29, 1, 29, tzinfo=UTC)) == ("late",)
    assert on_duty(found, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == ("early",)


def test_turns_follow_each_other_week_by_week() -> None:
    rota = Rota("Asia/Shanghai", MONDAY, (shift("00:00", "00:00", ("chen", "xu"), ("xu", "chen")),))
    found = stretches(rota, (), at("2026-11-02T00:00"), at("2026-11-23T00:00"))
    assert [each.people for each in found] == [("chen", "xu"), ("xu", "chen"), ("chen", "xu")]
    assert {each.ends_at - each.starts_at for each in found} == {timedelta(days=7)}


def test_nobody_is_on_duty_before_it_starts_and_gaps_are_shown() -> None:
    office = Rota("Asia/Shanghai", MONDAY, (shift("08:00", "20:00", ("day",)),))
    found = stretches(office, (), at("2026-11-01T20:00"), at("2026-11-03T08:00"))
    assert [(gap.starts_at, gap.ends_at) for gap in gaps(found)] == [
        (at("2026-11-01T20:00"), at("2026-11-02T08:00")),
        (at("2026-11-02T20:00"), at("2026-11-03T08:00")),
    ]


def test_a_substitute_for_one_leaves_the_others() -> None:
    rota = Rota("Asia/Shanghai", MONDAY, (shift("00:00", "00:00", ("chen", "xu")),))
    ill = Substitution(at("2026-11-03T00:00"), at("2026-11-04T00:00"), ("lin",), "chen")
    found = stretches(rota, (ill,), at("2026-11-02T00:00"), at("2026-11-05T00:00"))
    assert [each.people for each in found] == [("chen", "xu"), ("lin", "xu"), ("chen", "xu")]


def test_a_swap_is_two_substitutes() -> None:
    swap = (
        Substitution(at("2026-11-03T08:00"), at("2026-11-03T20:00"), ("night",), "day"),
        Substitution(at("2026-11-04T20:00"), at("2026-11-05T08:00"), ("day",), "night"),
    )
    found = stretches(day_and_night(), swap, at("2026-11-03T08:00"), at("2026-11-05T20:00"))
    assert on_duty(found, at("2026-11-03T12:00")) == ("night",)
    assert on_duty(found, at("2026-11-04T23:00")) == ("day",)
    assert on_duty(found, at("2026-11-05T12:00")) == ("day",)


hours = st.integers(0, 23).map(lambda hour: time(hour))
names = st.sampled_from(["a", "b", "c"])
shifts = st.builds(
    WeeklyShift,
    days=st.frozensets(st.sampled_from(DAYS), min_size=1),
    begins=hours,
    ends=hours,
    turns=st.lists(
        st.lists(names, min_size=1, max_size=2, unique=True).map(tuple), min_size=1, max_size=3
    ).map(tuple),
)


@given(
    st.lists(shifts, max_size=4),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
    st.integers(0, 8_000).map(
        lambda hour: datetime(2026, 1, 6, tzinfo=UTC) + timedelta(hours=hour)
    ),
    st.integers(1, 60),
)
def test_stretches_follow_each_other_and_say_what_each_shift_says(
    made: list[WeeklyShift], zone: str, since: datetime, length: int
) -> None:
    rota = Rota(zone, date(2026, 1, 5), tuple(made))
    until = since + timedelta(hours=length)
    found = stretches(rota, (), since, until)
    assert found[0].starts_at == since
    assert found[-1].ends_at == until
    for earlier, later in pairwise(found):
        assert earlier.ends_at == later.starts_at
        assert earlier.people != later.people
    moment = since + (until - since) / 2
    expected: list[str] = []
    local = moment.astimezone(ZoneInfo(zone))
    for day in (local.date() - timedelta(days=1), local.date()):
        for each in made:
            begins = datetime.combine(day, each.begins, ZoneInfo(zone)).astimezone(UTC)
            next_day = day + timedelta(days=each.ends <= each.begins)
            ends = datetime.combine(next_day, each.ends, ZoneInfo(zone)).astimezone(UTC)
            if DAYS[day.weekday()] in each.days and begins <= moment < ends:
                turn = each.turns[((day - date(2026, 1, 5)).days // 7) % len(each.turns)]
                expected += [person for person in turn if person not in expected]
    assert list(on_duty(found, moment)) == expected
