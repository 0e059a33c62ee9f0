"""The surge detector: counts in, bin by bin; evidence out, from the past alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from services.monitor.surge.baseline import Baseline
from services.monitor.surge.scale import Scale
from services.monitor.surge.settings import DEFAULT_SETTINGS, SurgeSettings


@dataclass(frozen=True, slots=True)
class Surge:
    """What the bin at `at` makes plain: in the `seconds` up to its end `count` posts came, where
    `expected` are usual at that hour and weekday; of all windows this one stands out most.

    `evidence`: -log10 of how rarely this series goes so far beyond what is expected, as the square
    of the mean over the windows of its square root, or `lasting_share` of the same over the longer
    half of the windows where that is more: where little is said, a surge that lasts for hours shows
    in no short window. 0 upward. `alarm`: it is enough to tell people.
    """

    at: float
    seconds: float
    count: float
    expected: float
    evidence: float
    alarm: bool


class SurgeDetector:
    """One series, one bin after the other. Constant memory, no look ahead.

    A surge is told when it stands out more than anything before it, as far as memory reaches: an
    earlier one hides later ones up to its own evidence, which halves every `memory_half_life`. So
    a surge that goes on is told once and not at every bin, and one that grows is told again.
    """

    __slots__ = (
        "_baseline",
        "_decay",
        "_fading",
        "_hidden",
        "_hidden_before",
        "_long",
        "_longer",
        "_row",
        "_scales",
        "_weight",
        "settings",
    )

    def __init__(self, settings: SurgeSettings = DEFAULT_SETTINGS) -> None:
        self.settings = settings
        self._baseline = Baseline(settings)
        self._scales = [Scale(bins, settings) for bins in settings.window_bins]
        # From which length on a window is of the longer half, and how many are.
        self._long = self._scales[len(self._scales) // 2].bins
        self._longer = len(self._scales) - len(self._scales) // 2
        self._decay = settings.decay(settings.dispersion_half_life)
        self._fading = settings.decay(settings.memory_half_life)
        self._hidden = self._hidden_before = self._weight = 0.0
        self._row = 0

    def add(self, at: float, count: float) -> Surge | None:
        """Takes the bin that begins at `at` (epoch seconds, or local time as if it were UTC) with
        its count; returns the surge that it makes plain, if any. Bins come in order of time, and
        each `step` has one: a bin without posts is a count of 0.

        Raises ValueError for a count that is negative or no number.
        """
        evidence = self.weigh(at, count)
        if not evidence:
            return None
        scale = max(self._scales, key=lambda scale: scale.evidence)
        return Surge(
            at=at,
            seconds=scale.bins * self.settings.step,
            count=scale.count,
            expected=scale.expected,
            evidence=evidence,
            alarm=evidence >= self.settings.alarm_evidence,
        )

    def weigh(self, at: float, count: float) -> float:
        """`add` in one figure: the evidence, 0 where nothing is told."""
        if not 0 <= count < 1e15:
            raise ValueError(f"a count must be a number from 0 upward, not {count}")
        expected = self._baseline.learn(at, count)
        row = self._row = self._row + 1
        weight = self._weight = self._weight * self._decay + 1.0
        gain = 1.0 / weight
        total = lasting = 0.0
        for scale in self._scales:
            if told := scale.add(count, expected, row, gain):
                total += told**0.5
                if scale.bins >= self._long:
                    lasting += told**0.5
        hidden = self._hidden = self._hidden_before = self._hidden * self._fading
        if not total:
            return 0.0
        evidence = max(
            (total / len(self._scales)) ** 2,
            self.settings.lasting_share * (lasting / self._longer) ** 2,
        )
        if evidence <= hidden:
            return 0.0
        self._hidden = evidence
        return evidence

    def retract(self) -> None:
        """What the last bin made plain was no surge: it hides nothing."""
        self._hidden = self._hidden_before

    def expect(self, at: float) -> float:
        """Returns how many posts are usual in a bin at `at`."""
        return self._baseline.expect(at)

    def to_state(self) -> dict[str, Any]:
        """Returns all that was learned as JSON values, some 3 KB."""
        return {
            "row": self._row,
            "weight": self._weight,
            "hidden": self._hidden,
            "baseline": self._baseline.to_state(),
            "scales": [scale.to_state() for scale in self._scales],
        }

    @classmethod
    def from_state(
        cls, state: Mapping[str, Any], settings: SurgeSettings = DEFAULT_SETTINGS
    ) -> Self:
        """Returns the detector of a `to_state` under the same settings."""
        detector = cls(settings)
        detector._row, detector._weight = state["row"], state["weight"]
        detector._hidden = state["hidden"]
        detector._baseline.restore(state["baseline"])
        for scale, learned in zip(detector._scales, state["scales"], strict=True):
            scale.restore(learned)
        return detector
