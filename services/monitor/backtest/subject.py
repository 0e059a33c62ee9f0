"""One story under its own clock, judged whenever something happens and while it is warned of."""

from services.monitor.indicators.reading import read
from services.monitor.indicators.tally import Tally, TallyPost
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

    def add(self, post: TallyPost) -> Decision:
        """Counts a post and judges at its time; posts come in time order."""
        while self._state is not None and self._judged_at + _TICK < post.at:
            self._judge(self._judged_at + _TICK)
        self._tally.add(post)
        return self._judge(post.at)

    def _judge(self, now: float) -> Decision:
        self._judged_at = now
        heat = self._tally.heat.value(now)
        if self._state is None and not self._thresholds.may_warn(heat):
            return Decision(Move.NONE, None, ())
        outlook = None if self._model is None else self._model.outlook(self._tally, now)
        decision = judge(read(self._tally, now), self._thresholds, self._state, outlook)
        self._state = decision.state
        return decision
