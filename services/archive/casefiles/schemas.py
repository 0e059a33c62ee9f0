"""Shapes of the case files API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.archive.casefiles.completeness import Stage
from services.archive.casefiles.models import CaseState
from shared.schemas import ResponseShape


class CaseOut(ResponseShape):
    """A case file (案卷). `head` is the chain value of its newest record."""

    id: UUID
    incident_id: UUID
    warning_id: UUID | None
    number: str
    title: str
    state: CaseState
    records: int
    head: str
    drill: bool
    sample: bool
    opened_at: datetime
    sealed_at: datetime | None


class FindingOut(ResponseShape):
    """What the case file holds of one stage; `missing` is empty where nothing lacks."""

    stage: Stage
    present: bool
    excused: bool
    missing: list[str]
    missing_zh: list[str]
    grounds: str


class CaseWithFindings(CaseOut):
    """A case file with its completeness, stage by stage, and its seal once it is closed."""

    completeness: list[FindingOut]
    seal: dict[str, Any] | None


class RecordOut(ResponseShape):
    """One record as it was filed."""

    sequence: int
    id: UUID
    kind: str
    room: str
    occurred_at: datetime
    filed_at: datetime
    actor: dict[str, Any] | None
    content: dict[str, Any]
    leaf: str
    chain: str


class Records(ResponseShape):
    """A stretch of records, oldest first. `next_after` is null at the end."""

    items: list[RecordOut]
    next_after: int | None


class Proof(ResponseShape):
    """Whether the records are those that were filed; `problems` names each that is not."""

    intact: bool
    problems: list[str]
    seal: dict[str, Any]
    fingerprint: str
