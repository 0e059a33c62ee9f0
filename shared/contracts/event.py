"""The base of every message between rooms."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """Something that happened, told once, in the past tense.

    Payloads only grow: unknown fields of a newer sender are ignored, and a new field is optional.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    # Deliveries of one key reach a room in the order in which they were emitted. The name of the
    # field that holds the key; None where order does not matter.
    ordered_by: ClassVar[str | None] = None
    # False keeps an event off the live stream of the gateway (internal or too large to show).
    live: ClassVar[bool] = True

    @property
    def ordering_key(self) -> str | None:
        """The value that orders deliveries of this event, or None."""
        return str(getattr(self, self.ordered_by)) if self.ordered_by else None

    @property
    def urgent(self) -> bool:
        """Whether it goes before everything else that waits for a room."""
        return False

    def live_view(self) -> dict[str, Any]:
        """What the live stream shows of this event; JSON-ready, small."""
        return self.model_dump(mode="json", exclude_none=True)


class IncidentEvent(Event):
    """An event of one incident: the archive files each, in order, in the incident's case file."""

    ordered_by: ClassVar[str | None] = "incident_id"

    incident_id: UUID


class MonitorIncidentEvent(IncidentEvent):
    """An event of one incident that the monitor tells, not the response."""


class WarningEvent(Event):
    """An event of one warning. It enters the case file of the incident that grew out of it."""

    ordered_by: ClassVar[str | None] = "warning_id"

    warning_id: UUID
