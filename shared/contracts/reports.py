"""What people reported, where it concerns others than its readers; patrols that nobody walked."""

from datetime import datetime
from uuid import UUID

from shared.contracts.actors import ActorRef
from shared.contracts.event import Event, WarningEvent
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


class UrgentReportReceived(Event):
    """Somebody who is known feels that what they saw is urgent. Told once a report.

    What the unknown call urgent waits in the inbox: nobody can wake the house from outside.
    """

    report_id: UUID
    origin: OriginKind
    platform: str
    excerpt: str


class PatrolMissed(Event):
    """Rounds of a plan were due and nobody ended them in time; `due_at` is that of the last."""

    plan_id: UUID
    name: str
    rounds: int = 1
    due_at: datetime
    sample: bool = False
