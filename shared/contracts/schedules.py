"""Work that is due by the clock."""

from datetime import datetime
from typing import ClassVar

from shared.contracts.event import Event


class ScheduleDue(Event):
    """A schedule of a room came due; only that room hears of it."""

    live: ClassVar[bool] = False

    name: str
    due_at: datetime
