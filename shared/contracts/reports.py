"""What people reported, where it enters a record."""

from datetime import datetime
from uuid import UUID

from shared.contracts.actors import ActorRef
from shared.contracts.event import WarningEvent
from shared.contracts.posts import OriginKind


class ReportLinked(WarningEvent):
    """What people had reported turned out to belong to a warned story.

    `reporters` counts those who are known, `anonymous` those who are not. Their names stay with the
    report: a case file is read by many, for years. `by` is who saw the connection.
    """

    report_id: UUID
    origin: OriginKind
    reporters: int
    anonymous: int = 0
    first_told_at: datetime
    post_id: UUID | None = None
    platform: str
    link: str | None = None
    excerpt: str
    by: ActorRef
