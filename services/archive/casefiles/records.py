"""What is filed: an event as the record will keep it. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from services.archive.casefiles.completeness import Finding
from services.archive.casefiles.models import LooseRecord
from shared.contracts.event import Event, IncidentEvent, MonitorIncidentEvent, WarningEvent
from shared.contracts.rooms import Room
from shared.deliveries import Delivered

COMPLETENESS = "CompletenessChecked"
_OF_MONITOR = (WarningEvent, MonitorIncidentEvent)


@dataclass(frozen=True)
class Filing:
    """An event on its way into a case file."""

    event_id: UUID
    incident_id: UUID | None
    position: int
    kind: str
    room: str
    occurred_at: datetime
    actor: Mapping[str, Any] | None
    content: Mapping[str, Any]

    @classmethod
    def of(cls, delivered: Delivered[Any]) -> Self:
        """What a room told."""
        event: Event = delivered.event
        content = event.model_dump(mode="json")
        return cls(
            event_id=delivered.id,
            incident_id=event.incident_id if isinstance(event, IncidentEvent) else None,
            position=delivered.position,
            kind=type(event).__name__,
            room=Room.MONITOR if isinstance(event, _OF_MONITOR) else Room.RESPONSE,
            occurred_at=delivered.occurred_at,
            actor=content.get("by") or content.get("opened_by"),
            content=content,
        )

    @classmethod
    def of_loose(cls, record: LooseRecord) -> Self:
        """What was told of a warning before it had a case file."""
        return cls(
            event_id=record.event_id,
            incident_id=None,
            position=record.position,
            kind=record.kind,
            room=Room.MONITOR,
            occurred_at=record.occurred_at,
            actor=record.content.get("by"),
            content=record.content,
        )

    @classmethod
    def of_completeness(
        cls, event_id: UUID, findings: Sequence[Finding], incident_id: UUID, now: datetime
    ) -> Self:
        """What the archive found when it sealed the case file."""
        return cls(
            event_id=event_id,
            incident_id=incident_id,
            position=0,
            kind=COMPLETENESS,
            room=Room.ARCHIVE,
            occurred_at=now,
            actor=None,
            content={"findings": [asdict(finding) for finding in findings]},
        )


def parse_record(body: str) -> dict[str, Any]:
    """A record as it lies in the database."""
    parsed: dict[str, Any] = json.loads(body)
    return parsed
