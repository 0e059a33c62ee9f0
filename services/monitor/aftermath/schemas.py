"""Shapes of what is seen after an incident, and of reactions to statements."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.monitor.aftermath.models import Manner
from services.monitor.aftermath.reactions import FEWEST, Reaction
from services.monitor.stories.schemas import ShareOut
from shared.contracts.actors import ActorRef
from shared.schemas import Moment, Prose, RequestShape, ResponseShape


class SightingOut(ResponseShape):
    """A post about the matter after the end of the response."""

    post_id: UUID
    story_id: UUID
    manner: Manner
    platform: str
    elsewhere: bool = Field(description="On a platform where the matter had not been")
    account: str | None = Field(description="Key of an account that had spoken in it before")
    seen_at: datetime


class FollowUpOut(ResponseShape):
    """What became of a matter after its incident (后续跟踪).

    `stories`: those of the incident, where they are now. It is followed until `until`, or until
    `ended_at`; then texts and accounts are forgotten, and what was seen stays.
    """

    incident_id: UUID
    story_id: UUID | None
    stories: list[UUID]
    title: str
    began_at: datetime
    until: datetime | None
    closed_at: datetime | None
    resurged_at: datetime | None
    ended_at: datetime | None
    ended_by: ActorRef | None
    ended_reason: str | None
    sightings: int
    elsewhere: list[str] = Field(description="Platforms where it had not been before")
    accounts_again: int
    newest: list[SightingOut]


class FollowUps(ResponseShape):
    """The incidents of a story whose matter is followed, newest first."""

    items: list[FollowUpOut]


class Prolonging(RequestShape):
    """Until when a matter is followed, and why."""

    until: Moment = Field(description="At most five years from now")
    reason: Prose = Field(examples=["The court decides in spring."])


class Ending(RequestShape):
    """Why a matter is followed no more."""

    reason: Prose = Field(examples=["The product is no longer sold."])


class Window(ResponseShape):
    """What was said in a stretch of time. `negative_share` with its 95 % interval (Wilson)."""

    posts: int
    opinions: int = Field(description="Posts of which the opinion is known")
    negative: int
    negative_share: ShareOut | None


class Change(ResponseShape):
    """The same stretch before and after a statement. `complete`: the time after it has passed.

    `negative_change`: after less before, with its 95 % interval (Newcombe 1998, method 10);
    `volume_ratio`: posts after for each post before, null where there were none before.
    """

    hours: int
    complete: bool
    before: Window
    after: Window
    negative_change: ShareOut | None
    volume_ratio: float | None
    reaction: Reaction = Field(
        description=f"`too_few`: fewer than {FEWEST} opinions on a side; `no_difference`: the "
        "interval of the change holds zero"
    )
    text: str
    text_zh: str
    others: int = Field(description="Other statements that became public within these hours")


class StatementReactions(ResponseShape):
    """How a matter went on after a statement became public, on the first of its channels."""

    statement_id: UUID
    channels: list[str]
    title: str
    incident_id: UUID
    published_at: datetime
    withdrawn_at: datetime | None
    changes: list[Change]


class ReactionsOut(ResponseShape):
    """Reactions to the statements about a matter (声明后反应), newest first."""

    items: list[StatementReactions]
