"""What the surge detector takes for granted; one setting for all series."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SurgeSettings:
    """All times in seconds.

    `step`: length of a bin; `windows`: spans over which counts are compared with what was expected;
    `level_half_life`, `hour_half_life`, `weekday_half_life`: how fast the level, and the shapes of
    day and week, follow what is new; `season_prior`: posts after which a shape counts half;
    `surge_factor`, `surge_floor`: a bin above factor x expected + floor teaches the baseline no
    more than that; `slow_half_life`, `slow_factor`, `slow_floor`: the same of a second level, that
    of the last weeks, which surges teach next to nothing; `dispersion_half_life`,
    `dispersion_floor`: of the squared deviations, in the unit of the square root of counts (that of
    a Poisson count is 1/4); `expectation_error`: what part of it an expectation is known to be
    wrong by; `first_limit`, `limit_step`: where the limit between usual
    and unusual deviations begins, and how fast it moves; `exceedances_a_day`: how often the limit
    is to be passed; `tail_half_life`, `tail_prior`, `tail_prior_excess`: of the mean excess beyond
    the limit: memory, how many exceedances the prior is worth, what it says; `memory_half_life`:
    how fast an earlier surge stops hiding smaller ones; `lasting_share`: how much counts of what
    only the longer half of the windows shows; `alarm_evidence`: evidence from which a surge is an
    alarm.

    Every value lies in the middle of a plateau (ADR 12).
    """

    step: float = 300.0
    windows: tuple[float, ...] = (300.0, 900.0, 2_700.0, 8_100.0)
    level_half_life: float = 2 * 86_400.0
    hour_half_life: float = 14 * 86_400.0
    weekday_half_life: float = 28 * 86_400.0
    season_prior: float = 500.0
    surge_factor: float = 4.0
    surge_floor: float = 8.0
    slow_half_life: float = 14 * 86_400.0
    slow_factor: float = 1.5
    slow_floor: float = 1.0
    dispersion_half_life: float = 7 * 86_400.0
    dispersion_floor: float = 0.25
    expectation_error: float = 0.1
    first_limit: float = 2.5
    limit_step: float = 0.01
    exceedances_a_day: float = 0.576
    tail_half_life: float = 7 * 86_400.0
    tail_prior: float = 50.0
    tail_prior_excess: float = 1.0
    memory_half_life: float = 86_400.0
    lasting_share: float = 0.8
    alarm_evidence: float = 2.5

    def __post_init__(self) -> None:
        if not self.step > 0:
            raise ValueError("step must be above 0 seconds")
        if not self.windows or any(window <= 0 for window in self.windows):
            raise ValueError("windows must be given, in seconds")

    def decay(self, half_life: float) -> float:
        """Returns what remains of 1 after one bin."""
        return float(0.5 ** (self.step / half_life))

    @property
    def window_bins(self) -> tuple[int, ...]:
        """The windows in bins, each once, shortest first."""
        return tuple(sorted({max(1, round(window / self.step)) for window in self.windows}))

    @property
    def exceedance_share(self) -> float:
        """The share of bins whose deviation is to pass the limit; 0.05 at most."""
        return min(0.05, self.exceedances_a_day * self.step / 86_400.0)


DEFAULT_SETTINGS = SurgeSettings()
