"""Where a command stands against its due time. Pure rules."""

from datetime import datetime, timedelta
from enum import StrEnum

# A command without a due time of its own is due in an hour: the time that common advice gives
# for a first response (holding statement within the first hour).
DEFAULT_TERM = timedelta(hours=1)
LONGEST_TERM = timedelta(days=365)


class CommandState(StrEnum):
    """Where a command stands."""

    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    DONE_LATE = "done_late"
    OVERDUE = "overdue"


def state_of(
    *,
    due_at: datetime,
    acknowledged_at: datetime | None,
    completed_at: datetime | None,
    now: datetime,
) -> CommandState:
    """The state that its times tell."""
    if completed_at is not None:
        return CommandState.DONE_LATE if completed_at > due_at else CommandState.DONE
    if now > due_at:
        return CommandState.OVERDUE
    return CommandState.ISSUED if acknowledged_at is None else CommandState.ACKNOWLEDGED


def due_time(wanted: datetime | None, now: datetime) -> datetime | None:
    """The due time of a new command, or None where the wanted one makes no sense."""
    due = wanted or now + DEFAULT_TERM
    return due if now < due <= now + LONGEST_TERM else None
