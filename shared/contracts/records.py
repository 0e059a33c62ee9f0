"""What the archive tells the house."""

from uuid import UUID

from shared.contracts.event import Event


class CaseFileOpened(Event):
    """The archive opened the case file of an incident."""

    case_id: UUID
    incident_id: UUID


class CaseFileSealed(Event):
    """A case file was closed under its hash."""

    case_id: UUID
    incident_id: UUID
    records: int
    head: str
