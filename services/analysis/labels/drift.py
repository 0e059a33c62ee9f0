"""Whether a release agrees with people less than it did: drift (模型漂移)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Fewer labels show nothing: at 30 the 95 % interval of a share is still 30 points wide.
FEWEST: Final = 30
# One-sided. It is looked at every week: 0.05 would ring falsely two or three times a year.
_LEVEL: Final = 0.01


class DriftState(StrEnum):
    """What can be said of a release over time."""

    TOO_FEW = "too_few"
    STEADY = "steady"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Share:
    """`agreed` of `compared` labels."""

    agreed: int
    compared: int

    def __str__(self) -> str:
        return f"{self.agreed / self.compared:.0%}" if self.compared else "–"


@dataclass(frozen=True, slots=True)
class Drift:
    """The newest window of a release beside all that came before; `p` of the test, one-sided."""

    state: DriftState
    latest: Share
    earlier: Share
    p: float | None

    @property
    def text(self) -> str:
        """The finding in a sentence."""
        return _TEXTS[self.state][0].format(self=self, fewest=FEWEST)

    @property
    def text_zh(self) -> str:
        """The finding in a Chinese sentence."""
        return _TEXTS[self.state][1].format(self=self, fewest=FEWEST)


def drift(windows: Sequence[Share]) -> Drift:
    """Compare the newest of a release's windows (the last) with the earlier ones together."""
    latest = windows[-1] if windows else Share(0, 0)
    earlier = Share(
        sum(window.agreed for window in windows[:-1]),
        sum(window.compared for window in windows[:-1]),
    )
    if min(latest.compared, earlier.compared) < FEWEST:
        return Drift(DriftState.TOO_FEW, latest, earlier, None)
    p = less_likely(latest, earlier)
    return Drift(DriftState.DROPPED if p < _LEVEL else DriftState.STEADY, latest, earlier, p)


def less_likely(latest: Share, earlier: Share) -> float:
    """The chance of a share as low as `latest` if nothing had changed since `earlier`.

    Two-proportion z-test with the pooled share, one-sided (Fleiss, Levin, Paik 2003, "Statistical
    Methods for Rates and Proportions", section 3.1; NIST e-Handbook 7.3.3).
    """
    pooled = (latest.agreed + earlier.agreed) / (latest.compared + earlier.compared)
    error = math.sqrt(pooled * (1 - pooled) * (1 / latest.compared + 1 / earlier.compared))
    if not error:
        return 1.0  # all agree, or none: nothing differs
    z = (latest.agreed / latest.compared - earlier.agreed / earlier.compared) / error
    return math.erfc(-z / math.sqrt(2)) / 2


_TEXTS: Final = {
    DriftState.TOO_FEW: (
        "Too few sampled labels to tell: {self.latest.compared} in the newest window, "
        "{self.earlier.compared} before; {fewest} are needed in each.",
        "抽样标注太少，尚不能判断：最近一期 {self.latest.compared} 条，"
        "此前 {self.earlier.compared} 条，各需 {fewest} 条。",
    ),
    DriftState.STEADY: (
        "The model agrees with people as before: {self.latest} of {self.latest.compared}, "
        "earlier {self.earlier} of {self.earlier.compared}.",
        "模型与人工的一致率没有明显下降：最近 {self.latest.compared} 条为 {self.latest}，"
        "此前 {self.earlier.compared} 条为 {self.earlier}。",
    ),
    DriftState.DROPPED: (
        "The model agrees with people less than before: {self.latest} of {self.latest.compared}, "
        "earlier {self.earlier} of {self.earlier.compared} (p = {self.p:.2g}). Look at what has "
        "changed, and evaluate another release.",
        "模型与人工的一致率明显下降：最近 {self.latest.compared} 条为 {self.latest}，"
        "此前 {self.earlier.compared} 条为 {self.earlier}（p = {self.p:.2g}）。"
        "请查看变化原因，并评测新版本。",
    ),
}
