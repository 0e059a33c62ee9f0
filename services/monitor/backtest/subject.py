"""One story under its own clock, judged whenever something happens and while it is warned of."""

from services.monitor.indicators.reading import read
from services.monitor.indicators.tally import Tally, TallyPost
from services.monitor.surge.carrying import LASTS
from services.monitor.warnings.causes import Surging
from services.monitor.warnings.levels import Decision, Move, Thresholds, WarningState, judge
from services.monitor.warnings.outlook import SHIPPED, OutlookModel

# How often a warned story is judged while nothing is said, so that its warning can fall and end.
_TICK = 300.0


class Subject:
    """What is counted of a story, and its warning."""

    def __init__(self, thresholds: Thresholds, model: OutlookModel | None = SHIPPED) -> None:
        self._thresholds = thresholds
        self._model = model
        self._tally = Tally()
        self._state: WarningState | None = None
        self._judged_at = 0.0
        self._surging: Surging | None = None
        self._surging_until = 0.0

    def carry(self, surging: Surging, at: float) -> None:
        """Carries a surge of the watch from `at` on; it counts from the next judgement."""
        self._surging, self._surging_until = surging, at + LASTS

    def add(self, post: TallyPost) -> Decision:
        """Counts a post and judges at its time; posts come in time order."""
        while self._state is not None and self._judged_at + _TICK < post.at:
            self._judge(self._judged_at + _TICK)
        self._tally.add(post)
        return self._judge(post.at)

    def _judge(self, now: float) -> Decision:
        self._judged_at = now
        heat = self._tally.heat.value(now)
        surging = self._surging if now < self._surging_until else None
        at_rest = self._state is None and surging is None
        if at_rest and not self._thresholds.may_warn(heat):
            return Decision(Move.NONE, None, ())
        outlook = None if self._model is None else self._model.outlook(self._tally, now)
        reading = read(self._tally, now)
        decision = judge(reading, self._thresholds, self._state, outlook, surging)
        self._state = decision.state
        return decision
