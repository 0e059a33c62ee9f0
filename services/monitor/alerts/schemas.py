"""Shapes of the alerts API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.monitor.alerts.models import AlertState
from shared.contracts.levels import WarningLevel
from shared.schemas import ResponseShape


class AlertOut(ResponseShape):
    """An alert on one channel."""

    id: UUID
    event_id: UUID = Field(description="What happened; one alert for each channel")
    channel: str = Field(examples=["console"])
    recipient: str = Field(description="User name; empty for whoever reads the channel")
    step: int = Field(description="Asked to acknowledge, as the how manieth; 0: told only")
    warning_id: UUID | None
    level: WarningLevel | None
    title: str
    message: dict[str, Any] = Field(description="What it says, in English and Chinese")
    state: AlertState
    attempts: int = Field(description="Tries to send it out of the house")
    error: str | None = Field(description="Why the last try failed")
    queued_at: datetime
    next_at: datetime | None = Field(description="When it is tried again")
    sent_at: datetime | None
