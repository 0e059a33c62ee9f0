"""The clock of sources, and their readings."""

from datetime import datetime

from services.monitor.sources import collecting, pushing
from services.monitor.sources.fetching import FetchError, LaterError
from services.monitor.sources.sites import RecordedSites
from shared.contracts.posts import SourceDue
from shared.deliveries import Delivered
from shared.jobs import Jobs, Lane, Work
from shared.runtime import Runtime

jobs = Jobs()


@jobs.every(10, "monitor.due_sources")
async def queue_due_sources(work: Work, due_at: datetime) -> None:
    """Queue the sources that are due."""
    await collecting.queue_due_sources(work.session)


@jobs.every(3_600, "monitor.forget_pushes")
async def forget_pushes(work: Work, due_at: datetime) -> None:
    """Forget the ids of messages that no sender tries again."""
    await pushing.forget_pushes(work.session)


# Sites that hang cost a worker so many places, and no other source its turn.
@jobs.on_outside(SourceDue, lane=Lane.COLLECT, at_once=24)
async def read_source(runtime: Runtime, delivered: Delivered[SourceDue]) -> None:
    """Read a source. Twice is harmless: posts that are known are duplicates."""
    try:
        async with runtime.transaction() as session:
            ordered = await collecting.take_order(
                session, delivered.event.source_id, runtime.settings, runtime.resources.watched
            )
    except collecting.OrderRefusedError as error:
        async with runtime.transaction() as session:
            await collecting.note_failure(session, error.order, str(error))
        return
    if ordered is None:
        return
    connector, order = ordered
    try:
        web = runtime.resources.web.shared_by(RecordedSites(runtime.transaction))
        harvest = await connector.collect(order, web)
    except LaterError as error:
        async with runtime.transaction() as session:
            await collecting.note_turn(session, order, error.retry_after)
        return
    except FetchError as error:
        async with runtime.transaction() as session:
            await collecting.note_failure(session, order, str(error), error.retry_after)
        return
    async with runtime.transaction() as session:
        if harvest is not None and harvest.renewed:
            await collecting.keep_renewed(session, order, harvest.renewed, runtime.settings)
        await collecting.note_harvest(session, order, harvest)
