"""Warnings: a story that asks for attention, at a level that rises and falls."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.actors import ActorRef
from shared.contracts.event import Event, WarningEvent
from shared.contracts.levels import WarningLevel


class Reason(BaseModel):
    """Why a warning has its level, in a code for programs and words for people."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    value: float
    threshold: float
    unit: str
    text: str
    text_zh: str


class EvidencePost(BaseModel):
    """A post shown as evidence, as it read at that moment."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    platform: str
    text: str
    url: str | None = None
    published_at: datetime


class WarningNotice(WarningEvent):
    """What every message about a warning says."""

    story_id: UUID
    watch_id: UUID
    watch_name: str
    title: str
    level: WarningLevel
    reasons: tuple[Reason, ...]
    post_count: int
    first_post_at: datetime
    warned_at: datetime
    # The watch belongs to the sample organisation.
    sample: bool = False

    @property
    def urgent(self) -> bool:
        """Level I opens an incident: it does not queue."""
        return self.level is WarningLevel.RED

    # The incident of which the matter is back; optional since 0.2.0.
    resurgence_of: UUID | None = None
    # It rehearses: whoever raises it for a drill says so here, and it is marked wherever it is
    # told; optional since 0.2.0.
    drill: bool = False


class WarningRaised(WarningNotice):
    """A story reached a level for the first time."""

    evidence: tuple[EvidencePost, ...] = ()


class WarningLevelChanged(WarningNotice):
    """The warning of a story rose or fell."""

    previous_level: WarningLevel
    evidence: tuple[EvidencePost, ...] = ()


class WarningEnded(WarningEvent):
    """A warned story stayed below every threshold long enough."""

    story_id: UUID
    title: str
    peak_level: WarningLevel


class WarningAcknowledged(WarningEvent):
    """A person took note of a warning."""

    by: ActorRef


class WarningDismissed(WarningEvent):
    """A person judged that a warning needs no response, and said why."""

    by: ActorRef
    reason: str


class AlertQueued(Event):
    """An alert waits to leave the house. In no order: one that cannot leave holds up no other.

    `attempts` is how often it was tried before, so that each try is made once.
    """

    live: ClassVar[bool] = False

    alert_id: UUID
    attempts: int = 0
    # Of the warning it tells of; optional since 0.2.0.
    level: WarningLevel | None = None

    @property
    def urgent(self) -> bool:
        """What is told of level I does not queue behind what is told of others."""
        return self.level is WarningLevel.RED


class AlertSent(WarningEvent):
    """An alert about a warning left the house (or failed to, then `error` says how)."""

    channel: str
    level: WarningLevel
    error: str | None = None
    # Whom it was for, by user name, and at which step of an escalation; none for a whole channel.
    recipient: str | None = None
    step: int | None = None


class EscalationStepped(WarningEvent):
    """Somebody of a group was asked to acknowledge a warning: the next in order.

    `channels` by which they are told; empty where they have none that works.
    """

    group: str
    level: WarningLevel
    step: int
    person: str
    role: str
    channels: tuple[str, ...] = ()


class EscalationEnded(WarningEvent):
    """Nobody of a group is asked any more; `ending` says why, `by` whose doing it was."""

    group: str
    level: WarningLevel
    ending: str
    steps: int
    by: ActorRef | None = None
