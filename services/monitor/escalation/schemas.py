"""Shapes of the escalations API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.monitor.alerts.models import AlertState
from services.monitor.escalation.ladder import Ending, Role
from shared.contracts.actors import ActorRef
from shared.contracts.levels import WarningLevel
from shared.schemas import ResponseShape


class DeliveryOut(ResponseShape):
    """How far a message to one who was asked got."""

    channel: str
    state: AlertState
    attempts: int
    error: str | None
    sent_at: datetime | None


class StepOut(ResponseShape):
    """One who was asked to acknowledge."""

    number: int
    person: str
    role: Role
    asked_at: datetime
    deliveries: list[DeliveryOut] = Field(description="Empty: they have no contact that works")


class NextOut(ResponseShape):
    """Who is asked next, as the roster stands now."""

    person: str
    role: Role


class EscalationOut(ResponseShape):
    """A warning that waits, or waited, for somebody of a group to acknowledge it."""

    id: UUID
    warning_id: UUID
    group: str
    group_name: str
    group_name_zh: str
    level: WarningLevel
    wait_seconds: int
    started_at: datetime
    steps: list[StepOut]
    next: NextOut | None = Field(description="None: everybody was asked, or nobody has to be")
    next_at: datetime | None
    ending: Ending | None
    ended_at: datetime | None
    ended_by: ActorRef | None


class Escalations(ResponseShape):
    """The escalations of a warning, newest first."""

    items: list[EscalationOut]


class LinkOut(ResponseShape):
    """What a link in an alert asks for, and how that stands."""

    title: str
    level: WarningLevel = Field(description="Of the warning now")
    told_level: WarningLevel = Field(description="That its reader was told of")
    state: str = Field(description="Of the warning", examples=["active"])
    person: str = Field(description="Who the link was sent to")
    acknowledged_by: ActorRef | None
    acknowledged_at: datetime | None
    open: bool = Field(description="Pressing the button would acknowledge")
    message: dict[str, Any]
