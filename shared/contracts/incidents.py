"""Incidents: a matter that the organisation responds to, from opening to close."""

from datetime import datetime
from uuid import UUID

from shared.contracts.actors import ActorRef
from shared.contracts.aftermath import Subject
from shared.contracts.event import IncidentEvent, MonitorIncidentEvent
from shared.contracts.levels import IncidentLevel, WarningLevel


class IncidentOpened(IncidentEvent):
    """An incident was opened, from a warning or by hand, with the facts known then."""

    number: str
    title: str
    summary: str
    level: WarningLevel
    opened_by: ActorRef
    opened_at: datetime
    warning_id: UUID | None = None
    story_id: UUID | None = None
    # Set by a person who opens an incident for practice; optional since the first version.
    drill: bool = False
    sample: bool = False
    # What it is about; optional since 0.2.0: before, the warning and the story alone.
    subjects: tuple[Subject, ...] = ()


class IncidentAssessed(IncidentEvent):
    """Somebody judged what happened, how far it reaches and how severe it is."""

    assessment_id: UUID
    level: IncidentLevel
    what_happened: str
    impact: str
    credibility: str
    evidence: tuple[str, ...] = ()
    by: ActorRef


class ResponseActivated(IncidentEvent):
    """The leading group activated the response."""

    level: IncidentLevel
    lead_group: str
    grounds: str
    by: ActorRef


class ActivationDeclined(IncidentEvent):
    """The leading group decided against activation, and said why."""

    grounds: str
    by: ActorRef


class CommandIssued(IncidentEvent):
    """The leading group ordered a group to do something by a time."""

    command_id: UUID
    group: str
    text: str
    due_at: datetime
    by: ActorRef


class CommandAcknowledged(IncidentEvent):
    """The group confirmed that it has the command (签收)."""

    command_id: UUID
    group: str
    by: ActorRef


class CommandCompleted(IncidentEvent):
    """The group reported a command done, and how."""

    command_id: UUID
    group: str
    report: str
    late: bool
    by: ActorRef


class CommandOverdue(IncidentEvent):
    """The due time of a command passed before it was done."""

    command_id: UUID
    group: str
    due_at: datetime


class TimelineNoted(IncidentEvent):
    """A person wrote an entry on the timeline."""

    text: str
    happened_at: datetime
    by: ActorRef


class ResponseStoodDown(IncidentEvent):
    """The response ended; follow-up goes on until the incident is closed."""

    grounds: str
    by: ActorRef


class IncidentResurged(MonitorIncidentEvent):
    """The matter of an incident that was stood down or closed is back: after a quiet time, its
    content or its story is spoken of in `posts` posts. `warning_id`: the warning that says so."""

    story_id: UUID
    warning_id: UUID
    title: str
    posts: int
    platforms: tuple[str, ...]
    text: str
    text_zh: str


class IncidentClosed(IncidentEvent):
    """The incident was closed; its case file will be sealed."""

    outcome: str
    by: ActorRef
