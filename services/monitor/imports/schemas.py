"""Shapes of the imports API."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.monitor.imports.files import FileForm
from services.monitor.imports.models import ImportStatus
from shared.contracts.actors import ActorRef
from shared.schemas import ResponseShape


class RefusedRow(ResponseShape):
    """A row that was not taken."""

    row: int = Field(description="Counted from 1, the header not included", examples=[3])
    reason: str = Field(examples=["published_at: 'yesterday' is no time"])


class ImportOut(ResponseShape):
    """An import and how far it got."""

    id: UUID
    file_name: str
    form: FileForm
    encoding: str
    platform: str
    timezone: str
    warn: bool
    size: int = Field(description="Bytes of the file")
    position: int = Field(description="Bytes of it that were read")
    status: ImportStatus
    rows: int = Field(description="Rows read so far")
    accepted: int
    duplicate: int
    revised: int
    rejected: int
    refused: list[RefusedRow] = Field(description="The first 100 rows that were not taken")
    error: str | None = Field(description="Why the import failed; what was read before is kept")
    created_by: ActorRef
    created_at: datetime
    finished_at: datetime | None
