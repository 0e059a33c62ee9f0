"""Shapes of the officers API."""

from datetime import date, datetime, timedelta
from uuid import UUID

from pydantic import Field, StrictBool

from shared.contracts.actors import ActorRef
from shared.schemas import Line, Note, Prose, RequestShape, ResponseShape

# An entry about a person holds for so long, until somebody says that it still does.
LONGEST_ENTRY = timedelta(days=180)


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
    review_by: date | None = Field(
        default=None,
        description="Until when the entry holds; at most, and where not said, 180 days from now",
    )


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
    added_by: ActorRef | None = Field(description="Null for entries of before that was kept")
    review_by: date | None
    erased_at: datetime | None = Field(description="They left: nothing names them any more")
    erased_by: ActorRef | None = None
    erased_because: str | None = None
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


class OfficerErasureNew(RequestShape):
    """Why an officer's personal data is erased; this stays."""

    reason: Prose = Field(max_length=2_000, examples=["They left the company on 1 March."])


class OfficerTelling(ResponseShape):
    """What an officer told, as they told it."""

    report_id: UUID
    told_at: datetime
    link: str | None
    text: str
    concerns: str | None
    urgency: str
    pictures: list[UUID]


class OfficerRecord(ResponseShape):
    """All that is kept here about an officer, for themselves."""

    officer: OfficerOut
    purpose: str
    tellings: list[OfficerTelling]
    pictures_seen: int = Field(description="Looks at pictures that stand in the log of those")
