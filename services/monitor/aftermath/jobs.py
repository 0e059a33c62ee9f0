"""What response tells of incidents and statements, and the clock that looks for what is back."""

from datetime import datetime

from services.monitor.aftermath import service
from services.monitor.aftermath.service import AccountKey
from shared.contracts.incidents import IncidentClosed, ResponseStoodDown
from shared.contracts.statements import StatementPublished
from shared.deliveries import Delivered
from shared.jobs import Jobs, Lane, Work
from shared.sealing import Sealer

jobs = Jobs()


@jobs.on(ResponseStoodDown, IncidentClosed)
async def follow_incident(
    work: Work, delivered: Delivered[ResponseStoodDown | IncidentClosed]
) -> None:
    """The response ended: what it was about is followed from now on."""
    closed = isinstance(delivered.event, IncidentClosed)
    await service.begin(work.session, delivered.event.incident_id, _key(work), closed=closed)


@jobs.on(StatementPublished)
async def mark_statement(work: Work, delivered: Delivered[StatementPublished]) -> None:
    """A statement is public: reactions are read before and after it."""
    await service.mark_statement(work.session, delivered.event)


@jobs.every(30, "monitor.aftermath", lane=Lane.STREAM)
async def look_for_returns(work: Work, due_at: datetime) -> None:
    """Look whether what an incident was about is back."""
    resources = work.resources
    await service.look(work.session, resources.memory, resources.following, _key(work))


def _key(work: Work) -> AccountKey:
    """Tells the same account again, and not who it is: nobody can make it without the key."""
    settings = work.settings

    def key(platform: str, author: str) -> bytes:
        return Sealer.of(settings).sign(f"{platform}\n{author}".encode(), "account")

    return key
