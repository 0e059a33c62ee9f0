"""Delivered twice, applied once: leases, fences, tries and order, on a real database."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts import Room
from shared.contracts.actors import SYSTEM
from shared.contracts.incidents import IncidentClosed, TimelineNoted
from shared.contracts.posts import PostsCollected
from shared.contracts.records import CaseFileOpened
from shared.db import Database
from shared.deliveries import FenceLostError, finish, take
from shared.events import emit
from shared.ids import new_id
from shared.jobs import Delivered, Jobs, Work
from shared.room import RoomDefinition
from tests.conftest import OpenRoom, RoomClient

LEASE = 30.0


@pytest.fixture
async def response(open_room: OpenRoom) -> Callable[[Jobs], Any]:
    async def build(jobs: Jobs, **settings: object) -> RoomClient:
        definition = RoomDefinition(room=Room.RESPONSE, title="test", routers=[], jobs=jobs)
        return await open_room(definition, **settings)

    return build


def opened() -> CaseFileOpened:
    return CaseFileOpened(case_id=new_id(), incident_id=new_id())


async def states(room: RoomClient) -> list[tuple[str, int]]:
    async with room.transaction() as session:
        rows = await session.execute(
            text("SELECT state, attempts FROM corridor.deliveries ORDER BY position")
        )
        return [(row.state, row.attempts) for row in rows]


async def make_ready(room: RoomClient) -> None:
    """Let every lease and every pause be over."""
    async with room.transaction() as session:
        await session.execute(text("UPDATE corridor.deliveries SET available_at = now()"))


async def test_an_event_is_written_with_its_change_or_not_at_all(response: Any) -> None:
    room = await response(Jobs())

    async def change_and_fail() -> None:
        async with room.transaction() as session:
            await emit(session, opened())
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await change_and_fail()
    assert await states(room) == []


async def test_a_handler_runs_once_for_each_event(response: Any) -> None:
    jobs, seen = Jobs(), []

    @jobs.on(CaseFileOpened)
    async def handle(work: Work, delivered: Delivered[CaseFileOpened]) -> None:
        seen.append(delivered.event.case_id)

    room = await response(jobs)
    events = [opened() for _ in range(5)]
    async with room.transaction() as session:
        for event in events:
            await emit(session, event)
    assert await room.work()
    assert not await room.work()
    assert seen == [event.case_id for event in events]
    assert set(await states(room)) == {("done", 1)}


async def test_a_worker_whose_lease_ran_out_cannot_commit(response: Any) -> None:
    room = await response(Jobs())
    async with room.transaction() as session:
        await emit(session, opened())
    arguments: dict[str, Any] = {"types": ["CaseFileOpened"], "limit": 1}
    async with room.transaction() as session:
        slow = await take(session, Room.RESPONSE, lease=0.0, **arguments)
    async with room.transaction() as session:
        quick = await take(session, Room.RESPONSE, lease=LEASE, **arguments)
    assert slow[0].id == quick[0].id

    async def commit_late() -> None:
        async with room.transaction() as session:
            await session.execute(text("INSERT INTO corridor.schedules VALUES ('slow', now())"))
            await finish(session, Room.RESPONSE, slow)

    with pytest.raises(FenceLostError):
        await commit_late()
    async with room.transaction() as session:
        await finish(session, Room.RESPONSE, quick)
        effects = await session.scalar(text("SELECT count(*) FROM corridor.schedules"))
    assert effects == 0
    assert await states(room) == [("done", 2)]


async def test_two_workers_never_hold_the_same_delivery(response: Any, database_url: str) -> None:
    room = await response(Jobs())
    async with room.transaction() as session:
        for _ in range(100):
            await emit(session, opened())

    async def claim(database: Database) -> list[Any]:
        held = []
        for _ in range(10):
            async with database.transaction() as session:
                held += await take(
                    session, Room.RESPONSE, types=["CaseFileOpened"], limit=5, lease=LEASE
                )
        return [claim.id for claim in held]

    database = Database(database_url, pool=4, application="test")
    try:
        held = await asyncio.gather(claim(database), claim(database))
    finally:
        await database.close()
    together = [*held[0], *held[1]]
    assert len(together) == len(set(together)) == 100


async def test_a_failing_delivery_is_tried_three_times_and_laid_aside(response: Any) -> None:
    jobs, tries = Jobs(), []

    @jobs.on(CaseFileOpened)
    async def handle(work: Work, delivered: Delivered[CaseFileOpened]) -> None:
        tries.append(delivered.id)
        raise ValueError("cannot be handled")

    room = await response(jobs)
    async with room.transaction() as session:
        await emit(session, opened())
    for _ in range(5):
        await room.work()
        await make_ready(room)
    assert len(tries) == 3
    assert await states(room) == [("dead", 3)]
    async with room.transaction() as session:
        error = await session.scalar(text("SELECT error FROM corridor.deliveries"))
    assert error == "ValueError: cannot be handled"


async def test_what_kills_its_worker_is_laid_aside_and_takes_no_other_with_it(
    response: Any,
) -> None:
    room = await response(Jobs())
    async with room.transaction() as session:
        for _ in range(3):
            await emit(session, opened())
    arguments: dict[str, Any] = {"types": ["CaseFileOpened"], "limit": 1, "lease": LEASE}
    for _ in range(3):  # a worker takes the first, and dies
        async with room.transaction() as session:
            assert len(await take(session, Room.RESPONSE, **arguments)) == 1
        async with room.transaction() as session:
            await session.execute(
                text("UPDATE corridor.deliveries SET available_at = now() WHERE attempts > 0")
            )
    async with room.transaction() as session:
        await take(session, Room.RESPONSE, **arguments)
    assert await states(room) == [("dead", 4), ("ready", 0), ("ready", 0)]


async def test_one_bad_event_in_a_batch_harms_no_other(response: Any) -> None:
    jobs, done = Jobs(), []
    bad = opened()

    @jobs.on_batch(CaseFileOpened, size=10)
    async def handle(work: Work, batch: Any) -> None:
        if any(delivered.event.case_id == bad.case_id for delivered in batch):
            raise ValueError("poison")
        done.extend(delivered.event.case_id for delivered in batch)

    room = await response(jobs)
    async with room.transaction() as session:
        for event in (opened(), bad, opened()):
            await emit(session, event)
    await room.work()
    assert len(done) == 2
    assert await states(room) == [("done", 1), ("ready", 1), ("done", 1)]


async def test_events_of_one_incident_are_handed_out_in_order(open_room: OpenRoom) -> None:
    jobs, seen, refuse = Jobs(), [], [True]

    @jobs.on(TimelineNoted, IncidentClosed)
    async def handle(work: Work, delivered: Delivered[Any]) -> None:
        if isinstance(delivered.event, TimelineNoted) and refuse:
            refuse.clear()
            raise ValueError("not yet")
        seen.append(type(delivered.event).__name__)

    room = await open_room(RoomDefinition(room=Room.ARCHIVE, title="test", routers=[], jobs=jobs))
    incident_id = new_id()
    async with room.transaction() as session:
        now = (await session.execute(text("SELECT now()"))).scalar_one()
        await emit(
            session,
            TimelineNoted(incident_id=incident_id, text="x", happened_at=now, by=SYSTEM),
        )
        await emit(session, IncidentClosed(incident_id=incident_id, outcome="x", by=SYSTEM))
    await room.work()
    assert seen == []  # the second waits for the first
    await make_ready(room)
    await room.work()
    assert seen == ["TimelineNoted", "IncidentClosed"]


async def test_a_payload_that_cannot_be_read_is_laid_aside_at_once(response: Any) -> None:
    jobs = Jobs()

    @jobs.on(CaseFileOpened)
    async def handle(work: Work, delivered: Delivered[CaseFileOpened]) -> None:
        raise AssertionError("must not be reached")

    room = await response(jobs)
    async with room.transaction() as session:
        await emit(session, opened())
        await session.execute(text("""UPDATE corridor.events SET payload = '{"a": 1}'"""))
    await room.work()
    assert await states(room) == [("dead", 1)]


async def test_the_posts_of_a_flood_wait_behind_what_people_do(response: Any) -> None:
    room = await response(Jobs())
    async with room.transaction() as session:
        await emit(session, PostsCollected(posts=()))
        await session.execute(
            text("UPDATE corridor.deliveries SET room = 'response' WHERE room = 'monitor'")
        )
        await emit(session, opened())
    async with room.transaction() as session:
        held = await take(
            session,
            Room.RESPONSE,
            types=["CaseFileOpened", "PostsCollected"],
            limit=1,
            lease=LEASE,
        )
    assert [claim.type for claim in held] == ["CaseFileOpened"]


@pytest.fixture
async def two_workers(response: Any) -> tuple[list[Any], RoomClient, RoomClient]:
    """Two rooms on one database, with one schedule that notes when it ran."""
    jobs, runs = Jobs(), []

    @jobs.every(1, "test.tick")
    async def tick(work: Work, due_at: Any) -> None:
        runs.append(due_at)

    return runs, await response(jobs), await response(jobs)


async def test_a_schedule_runs_once_for_each_due_time_whoever_keeps_it(
    two_workers: tuple[list[Any], RoomClient, RoomClient],
) -> None:
    runs, first, second = two_workers
    for _ in range(12):
        await asyncio.gather(first.tick(), second.tick())
        await asyncio.sleep(0.2)
    assert len(runs) == len(set(runs))
    assert 2 <= len(runs) <= 4
