"""After an incident: what the monitor follows, measures and tells of its matter."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.actors import ActorRef
from shared.contracts.event import IncidentEvent, MonitorIncidentEvent


class SubjectKind(StrEnum):
    """What an incident may be about."""

    STORY = "story"
    WARNING = "warning"
    POST = "post"
    LINK = "link"


class Subject(BaseModel):
    """A thing that an incident is about: the id of a story, warning or post, or an address."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: SubjectKind
    ref: str


class IncidentSubjectsChanged(IncidentEvent):
    """What an incident is about was named anew: `subjects` is all of it, as it is now.

    `over`: the response has ended, so that it is followed from now on.
    """

    subjects: tuple[Subject, ...]
    added: tuple[Subject, ...] = ()
    removed: tuple[Subject, ...] = ()
    over: bool = False
    by: ActorRef


class StoryFate(StrEnum):
    """What was done to a story."""

    MERGED = "merged"
    SPLIT = "split"
    UNDONE = "undone"


class IncidentStoryChanged(MonitorIncidentEvent):
    """A story that an incident names was merged or split, or that was taken back.

    `named_id`: the story as the incident named it; `story_id`: where its posts are from now on.
    """

    named_id: UUID
    story_id: UUID
    title: str
    fate: StoryFate
    change_id: UUID
    other_id: UUID
    other_title: str
    posts: int
    reason: str
    by: ActorRef


class FollowUpBegan(MonitorIncidentEvent):
    """The matter of an incident is followed from now on, until `until` unless people say else.

    `texts`, `accounts`: how many are looked for; `platforms`: where the matter has been.
    """

    title: str
    until: datetime
    stories: tuple[UUID, ...] = ()
    texts: int
    accounts: int
    platforms: tuple[str, ...] = ()


class FollowUpProlonged(MonitorIncidentEvent):
    """A person lets the follow-up go on until another day."""

    until: datetime
    reason: str
    by: ActorRef


class FollowUpEnded(MonitorIncidentEvent):
    """The matter is followed no more; what was known of accounts is forgotten.

    `sightings`: posts about the matter since the end of the response.
    """

    sightings: int
    reason: str
    by: ActorRef


class ReactionCounts(BaseModel):
    """What was said in a stretch of time. `low`, `high`: 95 % interval of the negative share."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    posts: int
    opinions: int
    negative: int
    low: float
    high: float


class ReactionsMeasured(MonitorIncidentEvent):
    """How a matter went on in the `hours` after a statement, against as many before.

    `verdict`: `fell`, `rose`, `no_difference` of the negative share, or `too_few` to tell.
    """

    statement_id: UUID
    title: str
    published_at: datetime
    hours: int
    before: ReactionCounts
    after: ReactionCounts
    verdict: str
    text: str
    text_zh: str
