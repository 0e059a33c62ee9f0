"""Shapes of the officers API."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field, StrictBool

from shared.schemas import Line, Note, RequestShape, ResponseShape


class OfficerNew(RequestShape):
    """An opinion officer (舆情监督员), as the register knows them in this office."""

    name: Line = Field(examples=["Officer of the customer service (sample)"])
    user_id: Line | None = Field(
        default=None,
        description="Who they are when signed in: `user:` and the user name",
        examples=["user:officer"],
    )
    unit: Note = Field(default="", examples=["客户服务部"], max_length=300)
    area: Note = Field(
        default="", description="What they look after", examples=["热线"], max_length=300
    )
    since: date | None = None
    active: StrictBool = True
    sample: StrictBool = False


class OfficerOut(ResponseShape):
    """An officer. Its ETag is `version`."""

    id: UUID
    name: str
    user_id: str | None
    unit: str
    area: str
    since: date | None
    active: bool
    sample: bool
    version: int
    changed_at: datetime


class StandingOut(ResponseShape):
    """What the reports of an officer were worth, over the last `days`.

    An officer leads by the time from their telling until the first post that a source brought into
    the same story reached us; less than zero where the system was faster.
    """

    officer_id: UUID
    days: int
    reports: int = Field(description="Matters that they told of")
    first: int = Field(description="Of these, told by nobody before them")
    taken_up: int = Field(description="Taken up, or linked to a story or a warning")
    not_relevant: int
    waiting: int
    met: int = Field(description="Those that the system came upon too, sooner or later")
    ahead: int = Field(description="Of these, told before the system noticed")
    lead_minutes: float | None = Field(description="Median lead over those that were met")
    last_report_at: datetime | None


class Standings(ResponseShape):
    """The standing of every officer, those with the most reports first."""

    items: list[StandingOut]
