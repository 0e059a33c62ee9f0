"""The level of a warning (预警等级): rises at once, falls slowly, never flaps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from itertools import pairwise
from math import inf, sqrt
from types import MappingProxyType
from typing import Any, Self

from services.monitor.indicators.reading import Reading
from services.monitor.warnings.causes import Cause, Indicator, Surging
from services.monitor.warnings.outlook import SHIPPED, Outlook
from shared.contracts.levels import WarningLevel

# Fewer opinions than these are anecdotes, however one-sided.
_FEWEST_OPINIONS = 10
# Why these: ADR 13. What became of past events that reached them: docs/watches.md, `make bench`.
DEFAULT_HEAT: Mapping[WarningLevel, float] = MappingProxyType(
    {
        WarningLevel.BLUE: 60.0,
        WarningLevel.YELLOW: 75.0,
        WarningLevel.ORANGE: 100.0,
        WarningLevel.RED: 200.0,
    }
)
# So much of the heat of the lowest level an outlook needs: a watch that asks for ten times the heat
# is not told of small matters.
_OUTLOOK_PART = 1 / 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on a story is warned of; data of each watch.

    `heat`: posts an hour for each level, rising. `outlook`: part of like events that grew large
    from which the lowest level begins before its heat is reached; 1 leaves it out. `surge`:
    evidence from which a surge of the watch that the story carries does the same. Three
    circumstances aggravate: the negative share is surely (its 95 % lower bound) at least
    `negative_share`; the story runs at least `speed` times as fast as before; an account with at
    least `voice` followers spoke. Each of them lowers the heat thresholds to `aggravation` of what
    they were. A level is left when the heat was below `release` of its threshold for `hold`
    seconds.

    Raises ValueError when the values do not fit together.
    """

    heat: Mapping[WarningLevel, float] = field(default_factory=lambda: DEFAULT_HEAT)
    outlook: float = SHIPPED.threshold
    surge: float = 2.5
    negative_share: float = 0.5
    speed: float = 5.0
    voice: int = 1_000_000
    aggravation: float = 0.75
    release: float = 0.7
    hold: float = 1_800.0

    def __post_init__(self) -> None:
        steps = [self.heat.get(level, 0.0) for level in WarningLevel]
        if not all(low < high < inf for low, high in pairwise([0.0, *steps])):
            raise ValueError("heat thresholds must be above 0 and rise from blue to red")
        if not (0 < self.aggravation <= 1 and 0 < self.release <= 1 and 0 <= self.hold < inf):
            raise ValueError("aggravation and release are parts of 1, hold is in seconds")
        if not 0 < self.outlook <= 1:
            raise ValueError("outlook is a part of 1; 1 leaves it out")
        if not self.surge >= 0:
            raise ValueError("surge is evidence from 0 upward")

    @classmethod
    def of(cls, overrides: Mapping[str, Any] | None) -> Self:
        """Returns the defaults with what a watch sets differently, as JSON values.

        `heat` may name some levels only: the others keep their defaults, or make room for those.
        Raises ValueError for unknown names and wrong values.
        """
        changed = dict(overrides or {})
        unknown = changed.keys() - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"unknown thresholds: {', '.join(sorted(unknown))}")
        levels = {WarningLevel(name): heat for name, heat in changed.pop("heat", {}).items()}
        return cls(heat=_with_room(levels), **changed)

    def may_warn(self, heat: float) -> bool:
        """Tells whether a warning can be raised at all at this heat: most stories never come near,
        and need no reading."""
        return heat >= self.least_heat

    @property
    def least_heat(self) -> float:
        """The heat at which a warning is possible, under all circumstances together."""
        aggravated = self.heat[WarningLevel.BLUE] * self.aggravation ** len(_AGGRAVATING)
        return min(aggravated, self.outlook_heat)

    @property
    def outlook_heat(self) -> float:
        """The heat below which no outlook warns; infinite where the outlook is left out."""
        return self.heat[WarningLevel.BLUE] * _OUTLOOK_PART if self.outlook < 1 else inf


def _with_room(named: Mapping[WarningLevel, float]) -> Mapping[WarningLevel, float]:
    """The heat of all levels. A default that does not rise with what is named keeps its proportion
    to its only neighbour, or stands between the two in the geometric mean."""
    heat: dict[WarningLevel, float] = {}
    below: WarningLevel | None = None
    for level in WarningLevel:
        usual = DEFAULT_HEAT[level]
        above = next((each for each in WarningLevel if each > level and each in named), None)
        low = 0.0 if below is None else heat[below]
        high = inf if above is None else named[above]
        if level in named:
            usual = named[level]
        elif low >= usual and above is None and below is not None:
            usual *= low / DEFAULT_HEAT[below]
        elif usual >= high and below is None and above is not None:
            usual *= high / DEFAULT_HEAT[above]
        elif not low < usual < high:
            usual = sqrt(low * high)
        heat[level], below = usual, level
    return heat


DEFAULT_THRESHOLDS = Thresholds()


_AGGRAVATING = (Indicator.NEGATIVE_SHARE, Indicator.SPEED, Indicator.VOICE)


class Move(StrEnum):
    """What a judgement does to the warning of a story."""

    NONE = "none"
    RAISED = "raised"
    ROSE = "rose"
    STAYED = "stayed"
    FELL = "fell"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class WarningState:
    """A warning in force.

    `peak`: its highest level so far; `below_since`: since when (epoch seconds) the heat has been
    too low for the level, `floor`: the highest level that it kept up in that time.
    """

    level: WarningLevel
    peak: WarningLevel
    below_since: float | None = None
    floor: WarningLevel | None = None

    def to_state(self) -> dict[str, Any]:
        """Returns the state as JSON values."""
        return {
            "level": self.level,
            "peak": self.peak,
            "below_since": self.below_since,
            "floor": self.floor,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Returns the state of a `to_state`."""
        floor = state["floor"]
        return cls(
            level=WarningLevel(state["level"]),
            peak=WarningLevel(state["peak"]),
            below_since=state["below_since"],
            floor=None if floor is None else WarningLevel(floor),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of the warning: its new state (None: there is none), the move, and the grounds;
    they stand against the level that is now in force, or that just ended. What decided comes first:
    the heat, or the outlook or surge where the heat alone would not have done."""

    move: Move
    state: WarningState | None
    causes: tuple[Cause, ...]

    @property
    def level(self) -> WarningLevel | None:
        return None if self.state is None else self.state.level


def judge(
    reading: Reading,
    thresholds: Thresholds,
    current: WarningState | None,
    outlook: Outlook | None = None,
    surging: Surging | None = None,
) -> Decision:
    """Decides on the warning of a story from its reading; `reading.at` is the time of judgement.

    A story has one warning. It is raised, and rises, as soon as the heat reaches a threshold; the
    lowest level also as soon as the `outlook` does, or the story carries a surge. It falls when the
    heat has been below `release` of its level's threshold for `hold` seconds without a break, to
    the highest level that it kept up meanwhile.
    """
    aggravating = aggravations(reading, thresholds)
    factor = thresholds.aggravation ** len(aggravating)
    surges = _surges(surging, thresholds)
    early = (*_likely(outlook, thresholds), *surges)
    least = WarningLevel.BLUE if surges else None
    reached = _level(reading.heat, thresholds, factor, 1.0, outlook) or least
    kept = _level(reading.heat, thresholds, factor, thresholds.release, outlook) or least
    move, state = _move(reading.at, thresholds.hold, reached, kept, current)
    shown = state or current
    if shown is None:
        return Decision(move, None, ())
    heat = Cause(Indicator.HEAT, reading.heat, thresholds.heat[shown.level] * factor)
    if heat.value < heat.threshold and shown.level is WarningLevel.BLUE:
        return Decision(move, state, (*early, heat, *aggravating))
    return Decision(move, state, (heat, *early, *aggravating))


def aggravations(reading: Reading, thresholds: Thresholds) -> tuple[Cause, ...]:
    """Returns the circumstances that make a story graver than its heat."""
    opinions, multiple = reading.negativity, reading.speed.multiple
    found = (
        (opinions.low if opinions.known >= _FEWEST_OPINIONS else 0.0, thresholds.negative_share),
        (multiple or 0.0, thresholds.speed),
        (float(reading.impact.voice), float(thresholds.voice)),
    )
    return tuple(
        Cause(indicator, value, threshold)
        for indicator, (value, threshold) in zip(_AGGRAVATING, found, strict=True)
        if value >= threshold
    )


def _likely(outlook: Outlook | None, thresholds: Thresholds) -> tuple[Cause, ...]:
    """Returns the outlook as a cause, where it is one."""
    if outlook is None or outlook.share < thresholds.outlook:
        return ()
    figures = {
        "posts": outlook.posts,
        "authors": outlook.authors,
        "seconds": outlook.age,
        "size": outlook.size,
    }
    if outlook.large:
        return (Cause(Indicator.SIZE, outlook.posts, outlook.size, figures),)
    return (Cause(Indicator.OUTLOOK, outlook.share, thresholds.outlook, figures),)


def _surges(surging: Surging | None, thresholds: Thresholds) -> tuple[Cause, ...]:
    """Returns the surge as a cause, where it is one."""
    if surging is None or surging.evidence < thresholds.surge:
        return ()
    figures = {
        "count": surging.count,
        "expected": surging.expected,
        "seconds": surging.seconds,
    }
    return (Cause(Indicator.SURGE, surging.evidence, thresholds.surge, figures),)


def _level(
    heat: float, thresholds: Thresholds, factor: float, release: float, outlook: Outlook | None
) -> WarningLevel | None:
    """Returns the level that is reached, or kept up where `release` is below 1."""
    reached = [level for level in WarningLevel if heat >= thresholds.heat[level] * factor * release]
    if reached:
        return reached[-1]
    likely = outlook is not None and outlook.share >= thresholds.outlook * release
    return WarningLevel.BLUE if likely and heat >= thresholds.outlook_heat * release else None


def _move(
    now: float,
    hold: float,
    reached: WarningLevel | None,
    kept: WarningLevel | None,
    current: WarningState | None,
) -> tuple[Move, WarningState | None]:
    if current is None:
        if reached is None:
            return Move.NONE, None
        return Move.RAISED, WarningState(reached, reached)
    if reached is not None and reached > current.level:
        return Move.ROSE, WarningState(reached, max(reached, current.peak))
    if kept is not None and kept >= current.level:
        return Move.STAYED, WarningState(current.level, current.peak)
    return _sink(now, hold, kept, current)


def _sink(
    now: float, hold: float, kept: WarningLevel | None, current: WarningState
) -> tuple[Move, WarningState | None]:
    since = now if current.below_since is None else current.below_since
    floor = max(filter(None, (kept, current.floor)), default=None)
    if now - since < hold:
        return Move.STAYED, WarningState(current.level, current.peak, since, floor)
    if floor is None:
        return Move.ENDED, None
    return Move.FELL, WarningState(floor, current.peak)
