"""Which move an incident may make, and from which warning level it opens by itself. Pure rules."""

from enum import StrEnum

from shared.contracts.levels import WarningLevel


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ACTIVE = "active"
    DECLINED = "declined"
    STOOD_DOWN = "stood_down"
    CLOSED = "closed"


class Move(StrEnum):
    """What people decide about an incident."""

    ASSESS = "assess"
    ACTIVATE = "activate"
    DECLINE = "decline"
    COMMAND = "command"
    STATE = "state"
    NOTE = "note"
    STAND_DOWN = "stand_down"
    CLOSE = "close"


_OPEN, _ACTIVE, _DECLINED, _DOWN = (
    IncidentState.OPEN,
    IncidentState.ACTIVE,
    IncidentState.DECLINED,
    IncidentState.STOOD_DOWN,
)

# The state after each move; what is not here is not allowed. Assessing, noting and drafting leave
# the state as it is; a stood-down response can be activated again when the matter flares up.
MOVES: dict[tuple[IncidentState, Move], IncidentState] = {
    (_OPEN, Move.ASSESS): _OPEN,
    (_OPEN, Move.NOTE): _OPEN,
    (_OPEN, Move.STATE): _OPEN,
    (_OPEN, Move.ACTIVATE): _ACTIVE,
    (_OPEN, Move.DECLINE): _DECLINED,
    (_ACTIVE, Move.ASSESS): _ACTIVE,
    (_ACTIVE, Move.NOTE): _ACTIVE,
    (_ACTIVE, Move.COMMAND): _ACTIVE,
    (_ACTIVE, Move.STATE): _ACTIVE,
    (_ACTIVE, Move.STAND_DOWN): _DOWN,
    (_DECLINED, Move.ASSESS): _DECLINED,
    (_DECLINED, Move.NOTE): _DECLINED,
    (_DECLINED, Move.ACTIVATE): _ACTIVE,
    (_DECLINED, Move.CLOSE): IncidentState.CLOSED,
    (_DOWN, Move.ASSESS): _DOWN,
    (_DOWN, Move.NOTE): _DOWN,
    (_DOWN, Move.STATE): _DOWN,
    (_DOWN, Move.ACTIVATE): _ACTIVE,
    (_DOWN, Move.CLOSE): IncidentState.CLOSED,
}

# What a person should do instead, by the move that is refused.
_INSTEAD = {
    Move.ACTIVATE: "It is active already, or closed.",
    Move.DECLINE: "Only an open incident can be declined; stand an active response down.",
    Move.COMMAND: "Commands belong to an active response: activate it first.",
    Move.STATE: "Statements belong to an open or active incident.",
    Move.STAND_DOWN: "Only an active response can be stood down.",
    Move.CLOSE: "Stand the response down, or decline activation, before you close.",
    Move.ASSESS: "A closed incident is not assessed again: open a new one.",
    Move.NOTE: "The record of a closed incident is sealed.",
}

# From this warning level on an incident opens without waiting for anybody (M10).
OPENS_BY_ITSELF = WarningLevel.ORANGE


def after(state: IncidentState, move: Move) -> IncidentState | None:
    """The state after `move`, or None where the move is not allowed."""
    return MOVES.get((state, move))


def instead_of(move: Move) -> str:
    """What to do where `move` is not allowed."""
    return _INSTEAD[move]


def opens_by_itself(level: WarningLevel) -> bool:
    """Whether a warning of this level opens an incident without a person."""
    return level.rank >= OPENS_BY_ITSELF.rank
