"""Warnings rise at once, fall slowly, never flap, and say why."""

import json
import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.monitor.indicators.reading import Reading, read
from services.monitor.indicators.tally import Tally
from services.monitor.warnings.causes import Indicator, Surging
from services.monitor.warnings.levels import (
    Decision,
    Move,
    Thresholds,
    WarningState,
    judge,
)
from services.monitor.warnings.outlook import Outlook
from shared.contracts.levels import WarningLevel

BLUE, YELLOW, ORANGE, RED = WarningLevel
NOON = 1_772_337_600.0
MINUTE = 60.0
QUIET = read(Tally(), NOON)
# Far apart, so that each test speaks of one level; the defaults are data, tuned on past events.
USUAL = Thresholds(heat={BLUE: 44, YELLOW: 100, ORANGE: 250, RED: 700})


def reading(heat: float, *, at: float = NOON) -> Reading:
    return replace(QUIET, at=at, heat=heat)


def course(heats: Iterable[tuple[float, float]]) -> list[Decision]:
    """Judges heats at minutes, one after the other."""
    state: WarningState | None = None
    decisions = []
    for minute, heat in heats:
        decision = judge(reading(heat, at=NOON + minute * MINUTE), USUAL, state)
        decisions.append(decision)
        state = decision.state
    return decisions


@pytest.mark.parametrize(
    ("heat", "level"),
    [(0, None), (43.9, None), (44, BLUE), (100, YELLOW), (250, ORANGE), (700, RED), (9_999, RED)],
)
def test_the_heat_decides_the_level(heat: float, level: WarningLevel | None) -> None:
    assert judge(reading(heat), USUAL, None).level == level


def test_a_warning_is_raised_and_rises_at_once() -> None:
    moves = [(each.move, each.level) for each in course([(0, 50), (1, 50), (2, 800), (3, 900)])]
    assert moves == [
        (Move.RAISED, BLUE),
        (Move.STAYED, BLUE),
        (Move.ROSE, RED),
        (Move.STAYED, RED),
    ]


def test_it_stays_while_the_heat_is_above_seven_tenths_of_the_threshold() -> None:
    decisions = course([(0, 100), *((minute, 70) for minute in range(1, 300))])
    assert decisions[-1].level is YELLOW


def test_it_falls_after_half_an_hour_below_to_what_was_kept_up_meanwhile() -> None:
    decisions = course([(0, 700), (10, 200), (20, 120), (39, 69), (40, 69)])
    assert [each.level for each in decisions] == [RED, RED, RED, RED, ORANGE]
    assert decisions[-1].move is Move.FELL


def test_a_single_rise_starts_the_half_hour_anew() -> None:
    decisions = course([(0, 44), (10, 5), (39, 31), (41, 5), (70, 5), (71, 5)])
    assert [each.move for each in decisions] == [
        Move.RAISED,
        *([Move.STAYED] * 4),
        Move.ENDED,
    ]


def test_it_ends_and_remembers_its_peak_until_then() -> None:
    decisions = course([(0, 300), (1, 0), (20, 0), (31, 0)])
    assert decisions[-2].state is not None
    assert decisions[-2].state.peak is ORANGE
    assert (decisions[-1].move, decisions[-1].state) == (Move.ENDED, None)


def test_quiet_stories_have_no_warning_and_need_no_reason() -> None:
    assert judge(QUIET, USUAL, None) == Decision(Move.NONE, None, ())


def test_what_makes_a_story_graver_lowers_the_thresholds() -> None:
    grave = replace(
        reading(25),
        negativity=replace(QUIET.negativity, known=40, low=0.6),
        impact=replace(QUIET.impact, voice=2_000_000),
    )
    decision = judge(grave, USUAL, None)
    assert decision.level is BLUE
    assert [(cause.indicator, cause.value) for cause in decision.causes] == [
        (Indicator.HEAT, 25),
        (Indicator.NEGATIVE_SHARE, 0.6),
        (Indicator.VOICE, 2_000_000),
    ]
    assert decision.causes[0].threshold == pytest.approx(44 * 0.75 * 0.75)


def likely(share: float) -> Outlook:
    return Outlook(share=share, size=200, posts=120, authors=90, age=2_400.0)


def test_the_outlook_warns_before_the_heat_does() -> None:
    decision = judge(reading(25), USUAL, None, likely(0.95))
    assert (decision.move, decision.level) == (Move.RAISED, BLUE)
    assert [cause.indicator for cause in decision.causes] == [Indicator.OUTLOOK, Indicator.HEAT]
    assert decision.causes[0].figures["posts"] == 120


@pytest.mark.parametrize(
    ("heat", "outlook", "thresholds"),
    [
        (25, likely(0.5), USUAL),
        (USUAL.outlook_heat - 0.1, likely(0.99), USUAL),
        (25, None, USUAL),
        (25, likely(1.0), replace(USUAL, outlook=1.0)),
        (25, likely(0.99), replace(USUAL, heat={BLUE: 440, YELLOW: 600, ORANGE: 750, RED: 2_000})),
    ],
)
def test_an_outlook_that_is_unsure_cold_or_left_out_warns_of_nothing(
    heat: float, outlook: Outlook | None, thresholds: Thresholds
) -> None:
    assert judge(reading(heat), thresholds, None, outlook).level is None


def test_what_is_large_within_a_day_is_warned_of_and_says_so() -> None:
    decision = judge(reading(25), USUAL, None, replace(likely(1.0), posts=201))
    assert (decision.move, decision.level) == (Move.RAISED, BLUE)
    assert [cause.indicator for cause in decision.causes] == [Indicator.SIZE, Indicator.HEAT]
    assert (decision.causes[0].value, decision.causes[0].threshold) == (201, 200)


def test_the_outlook_raises_no_level_but_the_lowest() -> None:
    assert judge(reading(99), USUAL, None, likely(0.99)).level is BLUE
    higher = judge(reading(100), USUAL, None, likely(0.99))
    assert higher.level is YELLOW
    assert higher.causes[0].indicator is Indicator.HEAT


def test_a_warning_by_outlook_ends_like_any_other() -> None:
    raised = judge(reading(25), USUAL, None, likely(0.95))
    kept = judge(reading(20, at=NOON + 60), USUAL, raised.state, likely(0.7))
    assert (kept.move, kept.state) == (Move.STAYED, raised.state)
    sinking = judge(reading(20, at=NOON + 120), USUAL, kept.state, None)
    assert (sinking.move, sinking.level) == (Move.STAYED, BLUE)
    ended = judge(reading(20, at=NOON + 120 + 1_800), USUAL, sinking.state, None)
    assert ended.move is Move.ENDED


def test_speed_aggravates_only_where_there_is_a_past() -> None:
    fast = replace(reading(35), speed=replace(QUIET.speed, multiple=8.0))
    assert judge(fast, USUAL, None).level is BLUE
    assert judge(reading(35), USUAL, None).level is None


def test_a_few_opinions_are_no_ground() -> None:
    few = replace(reading(35), negativity=replace(QUIET.negativity, known=9, low=0.7))
    assert judge(few, USUAL, None).level is None


def test_nothing_but_heat_raises_a_warning() -> None:
    grave = replace(
        QUIET,
        negativity=replace(QUIET.negativity, known=40, low=0.9),
        impact=replace(QUIET.impact, voice=50_000_000),
        speed=replace(QUIET.speed, multiple=99.0),
    )
    assert judge(grave, USUAL, None).level is None


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1_000)), max_size=60))
def test_a_level_is_never_left_before_the_hold_has_passed(steps: list[tuple[float, float]]) -> None:
    minute, heats = 0.0, []
    for step, heat in steps:
        minute += step
        heats.append((minute, heat))
    entered = 0.0
    before: WarningLevel | None = None
    for (at, heat), decision in zip(heats, course(heats), strict=True):
        rank, rank_before = (level.rank if level else 0 for level in (decision.level, before))
        if rank < rank_before:
            assert before is not None
            assert heat < 0.7 * USUAL.heat[before]
            assert at - entered >= 30 - 1e-6
        if rank != rank_before:
            entered = at
        before = decision.level


@given(st.floats(0, 2_000), st.sampled_from([None, *WarningLevel]))
def test_the_level_in_force_is_never_below_what_the_heat_asks_for(
    heat: float, level: WarningLevel | None
) -> None:
    state = None if level is None else WarningState(level, level)
    asked = judge(reading(heat), USUAL, None).level
    now = judge(reading(heat), USUAL, state).level
    assert (now.rank if now else 0) >= (asked.rank if asked else 0)


def test_the_state_survives_json() -> None:
    for state in (
        WarningState(BLUE, RED),
        WarningState(ORANGE, RED, below_since=NOON, floor=BLUE),
    ):
        assert WarningState.from_state(json.loads(json.dumps(state.to_state()))) == state


def test_a_watch_sets_only_what_differs() -> None:
    thresholds = Thresholds.of({"heat": {"blue": 5}, "hold": 600})
    assert thresholds.heat == {**Thresholds().heat, BLUE: 5}
    assert (thresholds.hold, thresholds.release) == (600, Thresholds().release)
    assert Thresholds.of(None) == Thresholds.of({}) == Thresholds()


@pytest.mark.parametrize(
    "wrong",
    [
        {"heat": {"purple": 5}},
        {"heat": {"blue": 500, "yellow": 400}},
        {"heat": {"red": math.inf}},
        {"hold": math.nan},
        {"colour": 1},
        {"release": 2},
    ],
)
def test_wrong_values_of_a_watch_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"purple|rise|colour|parts of 1"):
        Thresholds.of(wrong)


@pytest.mark.parametrize(
    ("named", "heat"),
    [
        ({"blue": 120}, (120, 150, 200, 400)),
        ({"yellow": 50}, (40, 50, 100, 200)),
        ({"blue": 70, "orange": 74}, (70, 71.97, 74, 200)),
        ({"red": 50}, (15, 27.39, 37.01, 50)),
        ({"orange": 500}, (60, 75, 500, 1_000)),
    ],
)
def test_levels_that_a_watch_does_not_name_make_room_for_those_that_it_names(
    named: dict[str, float], heat: tuple[float, ...]
) -> None:
    assert tuple(Thresholds.of({"heat": named}).heat.values()) == pytest.approx(heat, abs=0.01)


@given(st.dictionaries(st.sampled_from(list(WarningLevel)), st.floats(0.1, 1e6), max_size=2))
def test_what_rises_fits_among_the_defaults(named: dict[WarningLevel, float]) -> None:
    rising = dict(zip(sorted(named), sorted(named.values()), strict=True))
    assume(len(set(rising.values())) == len(rising))
    heat = Thresholds.of({"heat": rising}).heat
    assert {level: heat[level] for level in rising} == rising


def test_a_heat_that_cannot_warn_under_any_circumstances_needs_no_reading() -> None:
    assert not USUAL.may_warn(44 / 3 - 0.01)
    assert USUAL.may_warn(44 / 3)
    by_heat_alone = replace(USUAL, outlook=1.0)
    assert not by_heat_alone.may_warn(44 * 0.75**3 - 0.01)
    assert by_heat_alone.may_warn(44 * 0.75**3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"heat": {BLUE: 40, YELLOW: 40, ORANGE: 50, RED: 60}},
        {"heat": {BLUE: 0, YELLOW: 40, ORANGE: 50, RED: 60}},
        {"heat": {BLUE: 10}},
        {"release": 0},
        {"aggravation": 1.5},
        {"hold": -1},
        {"outlook": 0},
        {"outlook": 1.1},
    ],
)
def test_thresholds_that_do_not_fit_together_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"heat thresholds|parts? of 1"):
        Thresholds(**wrong)  # type: ignore[arg-type]


SURGING = Surging(evidence=3.0, seconds=2_700, count=20, expected=2)


def test_a_story_that_carries_a_surge_is_warned_of_however_cold_it_is() -> None:
    decision = judge(reading(9), USUAL, None, surging=SURGING)
    assert (decision.move, decision.level) == (Move.RAISED, BLUE)
    assert [cause.indicator for cause in decision.causes] == [Indicator.SURGE, Indicator.HEAT]


def test_a_surge_keeps_the_lowest_level_and_raises_no_other() -> None:
    yellow = WarningState(YELLOW, YELLOW)
    later = judge(reading(9, at=NOON + 60), replace(USUAL, hold=0), yellow, surging=SURGING)
    assert (later.move, later.level) == (Move.FELL, BLUE)
    assert judge(reading(100), USUAL, None, surging=SURGING).level is YELLOW


def test_a_watch_may_ask_for_more_evidence() -> None:
    strict = replace(USUAL, surge=3.1)
    assert judge(reading(9), strict, None, surging=SURGING).move is Move.NONE
    with pytest.raises(ValueError, match="surge"):
        replace(USUAL, surge=-1)
