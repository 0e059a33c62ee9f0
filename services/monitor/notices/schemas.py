"""Shapes of the notices API."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from services.monitor.notices.models import Occasion
from shared.contracts.levels import WarningLevel
from shared.schemas import ResponseShape


class Language(StrEnum):
    """In which language somebody is told."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


class NoticeOut(ResponseShape):
    """What was said of a warning when it changed."""

    id: UUID = Field(description="Of what happened")
    warning_id: UUID
    occasion: Occasion
    level: WarningLevel
    title: str
    at: datetime
    sample: bool
    content: dict[str, Any] = Field(
        description="The message as webhooks get it: nature, scope, evidence, reasons, first "
        "suggestions, in English and Chinese"
    )


class Notices(ResponseShape):
    """All that was said of a warning, newest first: the first is in force."""

    items: list[NoticeOut]
