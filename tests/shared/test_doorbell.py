"""The doorbell: what is ready is taken at once, not at the next sweep."""

import asyncio

from shared.contracts import Room
from shared.contracts.records import CaseFileOpened
from shared.events import emit
from shared.ids import new_id
from shared.jobs import Delivered, Jobs, Lane, Work
from shared.room import RoomDefinition
from shared.worker import Worker
from tests.conftest import OpenRoom


async def test_a_ring_wakes_the_lane_of_its_event(open_room: OpenRoom) -> None:
    jobs = Jobs()
    heard: asyncio.Queue[CaseFileOpened] = asyncio.Queue()

    @jobs.on(CaseFileOpened, lane=Lane.COLLECT)
    async def hear(_: Work, delivered: Delivered[CaseFileOpened]) -> None:
        heard.put_nowait(delivered.event)

    room = await open_room(
        RoomDefinition(room=Room.RESPONSE, title="test", routers=[], jobs=jobs),
        sweep_seconds=600.0,
    )
    worker = Worker(room.runtime, Room.RESPONSE, jobs)
    running = asyncio.create_task(worker.run())
    try:
        # The worker looks once when it starts; from the second on, only a ring can tell it.
        for _ in range(3):
            opened = CaseFileOpened(case_id=new_id(), incident_id=new_id())
            async with room.transaction() as session:
                await emit(session, opened)
            assert await asyncio.wait_for(heard.get(), 10) == opened
    finally:
        worker.stop()
        await running
