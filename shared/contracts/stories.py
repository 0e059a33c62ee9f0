"""Stories that people, or the system by rule, put together and took apart.

Each is told once for every warning that the change touches: the response follows the story of its
incident, and the case file keeps what was done. Where no warning is touched, nobody outside the
monitor needs to know.
"""

from uuid import UUID

from shared.contracts.actors import ActorRef
from shared.contracts.event import WarningEvent


class StoryChangeEvent(WarningEvent):
    """What every message about a change says; `story_id` is where the warning is from now on."""

    change_id: UUID
    story_id: UUID
    title: str
    other_id: UUID
    other_title: str
    posts: int
    reason: str
    by: ActorRef


class StoriesMerged(StoryChangeEvent):
    """Two stories turned out to be one matter.

    `story_id` is the one that goes on, `other_id` the one that went into it with `posts` mentions.
    """


class StorySplit(StoryChangeEvent):
    """Some posts of a story turned out to be another matter: they are the story `other_id` now."""


class StoryChangeUndone(StoryChangeEvent):
    """A merge or a split was taken back."""
