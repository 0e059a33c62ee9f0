"""Shapes of the incidents API."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import Field, StrictBool, model_validator

from services.response.incidents.lifecycle import IncidentState
from shared.contracts.actors import ActorRef
from shared.contracts.aftermath import Subject, SubjectKind
from shared.contracts.levels import IncidentLevel, WarningLevel
from shared.schemas import Line, Moment, Prose, RequestShape, ResponseShape, Slug


class Credibility(StrEnum):
    """How far what is said can be believed, as judged now."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"


_STORY = "0199c0de-0000-7000-8000-000000000001"


class SubjectNew(RequestShape):
    """A story, warning or post by its id, or a link: what an incident is about."""

    kind: SubjectKind = Field(examples=[SubjectKind.STORY])
    ref: Line = Field(description="Its id; of a link the address", examples=[_STORY])

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind is SubjectKind.LINK:
            try:
                parts = urlsplit(self.ref)
            except ValueError:
                parts = urlsplit("")
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("`ref` must be an address that begins with http:// or https://")
            return self
        try:
            self.ref = str(UUID(self.ref))
        except ValueError:
            raise ValueError(f"`ref` must be the id of a {self.kind}") from None
        return self

    @property
    def told(self) -> Subject:
        """It, as the other rooms hear of it."""
        return Subject(kind=self.kind, ref=self.ref)


class SubjectsNew(RequestShape):
    """What else an incident is about."""

    subjects: list[SubjectNew] = Field(min_length=1, max_length=50)


class SubjectOut(ResponseShape):
    """What an incident is about. `now_ref`: a story that was merged is there now; else `ref`."""

    id: UUID
    kind: SubjectKind
    ref: str
    now_ref: str
    added_by: ActorRef
    added_at: datetime


class Subjects(ResponseShape):
    """All that an incident is about, in the order in which it was named."""

    items: list[SubjectOut]


class IncidentNew(RequestShape):
    """Open an incident by hand, or from a warning of any level."""

    title: Line = Field(examples=["Outage in the east district: rumour of an explosion"])
    summary: Prose = Field(examples=["Posts say that a substation exploded. Cause not known yet."])
    level: WarningLevel = Field(examples=[WarningLevel.ORANGE])
    warning_id: UUID | None = None
    story_id: UUID | None = None
    subjects: list[SubjectNew] = Field(
        default_factory=list,
        max_length=50,
        description="What else it is about: it is followed after the response",
    )
    drill: StrictBool = Field(default=False, description="Marked as a drill everywhere")
    sample: StrictBool = False


class AssessmentNew(RequestShape):
    """Judge an incident (研判)."""

    level: IncidentLevel = Field(examples=[IncidentLevel.MAJOR])
    what_happened: Prose = Field(examples=["A cable was damaged by excavation work at 21:04."])
    impact: Prose = Field(examples=["12,000 households without power; one hospital on reserve."])
    credibility: Credibility = Field(examples=[Credibility.LOW])
    evidence: list[Line] = Field(
        default_factory=list, max_length=100, description="Posts, records or links it rests on"
    )


class ActivationNew(RequestShape):
    """Activate the response (启动响应)."""

    level: IncidentLevel = Field(examples=[IncidentLevel.MAJOR])
    lead_group: Slug = Field(examples=["crisis-handling"])
    grounds: Prose = Field(examples=["The rumour spreads on five platforms and touches safety."])


class GroundsNew(RequestShape):
    """A decision that needs its grounds in words."""

    grounds: Prose = Field(examples=["Posts fell to the usual number; open questions answered."])


class ClosingNew(RequestShape):
    """Close an incident; its case file is sealed."""

    outcome: Prose = Field(examples=["Power restored 23:18, rumour corrected, 3 claims settled."])


class NoteNew(RequestShape):
    """An entry on the timeline, in a person's words."""

    text: Prose = Field(examples=["Spoke to the city's emergency office by telephone."])
    happened_at: Moment | None = Field(
        default=None, description="When it happened; now where it is left out"
    )


class IncidentOut(ResponseShape):
    """An incident as it stands. Its ETag is `version`."""

    id: UUID
    number: str
    title: str
    summary: str
    level: WarningLevel
    state: IncidentState
    incident_level: IncidentLevel | None
    lead_group: str | None
    warning_id: UUID | None
    story_id: UUID | None
    case_id: UUID | None
    drill: bool
    sample: bool
    opened_by: ActorRef
    opened_at: datetime
    activated_at: datetime | None
    stood_down_at: datetime | None
    closed_at: datetime | None
    version: int


class AssessmentOut(ResponseShape):
    """A judgement, who made it and when."""

    id: UUID
    incident_id: UUID
    level: IncidentLevel
    what_happened: str
    impact: str
    credibility: Credibility
    evidence: list[str]
    assessed_by: ActorRef
    assessed_at: datetime


class TimelineEntryOut(ResponseShape):
    """One thing that happened: `kind` names the event, `facts` are what it said."""

    id: UUID
    happened_at: datetime
    kind: str = Field(examples=["StatementPublished"])
    facts: dict[str, Any]


class Timeline(ResponseShape):
    """The timeline of an incident, oldest first."""

    items: list[TimelineEntryOut]
