"""A worker that is asked to stop: every restart and every new version does it."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import text

from shared.contracts import Room
from shared.contracts.records import CaseFileOpened, CaseFileSealed
from shared.deliveries import Delivered
from shared.events import emit
from shared.ids import new_id
from shared.jobs import Jobs, Work
from shared.room import RoomDefinition
from shared.worker import Worker
from tests.conftest import OpenRoom


async def test_it_ends_what_it_began_and_gives_back_the_rest(open_room: OpenRoom) -> None:
    jobs, begun = Jobs(), []

    @jobs.on_batch(CaseFileOpened, size=10)
    async def stop_here(work: Work, batch: Sequence[Delivered[CaseFileOpened]]) -> None:
        begun.append("opened")
        worker.stop()

    @jobs.on_batch(CaseFileSealed, size=10)
    async def never(work: Work, batch: Sequence[Delivered[CaseFileSealed]]) -> None:
        begun.append("sealed")

    definition = RoomDefinition(room=Room.RESPONSE, title="test", routers=[], jobs=jobs)
    room = await open_room(definition)
    worker = Worker(room.runtime, Room.RESPONSE, jobs)
    async with room.transaction() as session:
        await emit(session, CaseFileOpened(case_id=new_id(), incident_id=new_id()))
        await emit(
            session,
            CaseFileSealed(case_id=new_id(), incident_id=new_id(), records=1, head="x"),
        )
    async with asyncio.timeout(20):
        await worker.run()
    assert begun == ["opened"]
    async with room.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT state, attempts, available_at <= now() AS due FROM corridor.deliveries "
                "ORDER BY position"
            )
        )
        # Nothing counts as tried that was not, and nobody waits for a lease.
        assert [tuple(row) for row in rows] == [("done", 1, False), ("ready", 0, True)]
