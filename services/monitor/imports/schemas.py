"""Shapes of the imports API."""

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from services.monitor.imports.columns import FIELDS
from services.monitor.imports.files import FileForm
from services.monitor.imports.models import ImportStatus
from shared.contracts.actors import ActorRef
from shared.schemas import Line, RequestShape, ResponseShape, Slug


def _fields(mapping: dict[str, str]) -> dict[str, str]:
    if unknown := sorted(set(mapping) - FIELDS):
        known = ", ".join(sorted(FIELDS))
        raise ValueError(f"there is no field {unknown[0][:60]}. There are: {known}")
    return mapping


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("there is no such time zone. Write it as Asia/Shanghai") from error
    return name


class PresetNew(RequestShape):
    """How the files of one exporter are read (导入预设)."""

    mapping: Annotated[dict[str, Line], AfterValidator(_fields)] = Field(
        default_factory=dict,
        max_length=len(FIELDS),
        description="Our field -> the file's column; usual names are known without",
        examples=[{"text": "内容", "published_at": "发布时间"}],
    )
    platform: Slug = Field(default="import", description="Of rows that name none")
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC",
        max_length=64,
        description="Of times that name none",
        examples=["Asia/Shanghai"],
    )


class PresetOut(ResponseShape):
    """A preset. Its ETag is `version`."""

    name: str = Field(examples=["Exporter A"])
    mapping: dict[str, str] = Field(examples=[{"text": "内容"}])
    platform: str
    timezone: str
    version: int
    changed_at: datetime


class PresetsOut(ResponseShape):
    """All presets, by name."""

    items: list[PresetOut]


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
