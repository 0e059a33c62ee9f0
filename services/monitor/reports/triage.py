"""What may become of a report. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from services.monitor.reports.models import ReportState, Urgency


class Act(StrEnum):
    """What somebody of the monitoring group decides."""

    TAKE_UP = "take up"
    LINK = "link"
    DISMISS = "dismiss"


_S = ReportState

# From which states each act is possible, and where it leads. A judgement may be corrected; what was
# linked already is taken up.
MOVES: Mapping[Act, tuple[frozenset[ReportState], ReportState]] = {
    Act.TAKE_UP: (frozenset({_S.NEW, _S.TAKEN_UP, _S.NOT_RELEVANT}), _S.TAKEN_UP),
    Act.LINK: (frozenset(ReportState), _S.LINKED),
    Act.DISMISS: (frozenset(ReportState), _S.NOT_RELEVANT),
}

# Where nobody is at work on it: an urgent word puts it before people (again).
NOT_LOOKED_INTO = frozenset({_S.NEW, _S.NOT_RELEVANT})

_RANK = {Urgency.LOW: 0, Urgency.NORMAL: 1, Urgency.HIGH: 2}


def decide(state: ReportState, act: Act) -> ReportState | None:
    """The state after `act`, or None where it is not possible from `state`."""
    possible, leads_to = MOVES[act]
    return leads_to if state in possible else None


def higher(one: Urgency, other: Urgency) -> Urgency:
    """The higher of two: of several who tell, whoever is most worried counts."""
    return max(one, other, key=_RANK.__getitem__)
