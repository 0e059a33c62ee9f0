"""What people say of posts, on its way between the rooms."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.actors import ActorRef
from shared.contracts.event import Event
from shared.contracts.labels import Task


class PostLabelled(Event):
    """A person said what a revision of a post feels. An earlier label of theirs for the same task
    (and target) of the post counts no more."""

    ordered_by: ClassVar[str | None] = "post_id"

    label_id: UUID
    post_id: UUID
    revision: int
    task: Task
    target: str | None = None
    label: str
    labelled_by: ActorRef
    labelled_at: datetime

    def live_view(self) -> dict[str, Any]:
        """Which post, for which task: the API shows the rest."""
        return {"post_id": str(self.post_id), "task": str(self.task)}


class LabelWithdrawn(Event):
    """A person took a label back: it counts no more."""

    ordered_by: ClassVar[str | None] = "post_id"

    label_id: UUID
    post_id: UUID


class PostQuoted(Event):
    """The words of a revision that was labelled: labels without text train no model.

    It is told when the label counts: whoever looks at the post sees it from then on.
    """

    post_id: UUID
    revision: int
    title: str | None = None
    text: str
    language: str | None = None
    platform: str
    published_at: datetime

    def live_view(self) -> dict[str, Any]:
        """Which post; the API shows the words."""
        return {"post_id": str(self.post_id)}
