"""Choices side by side, in one run on one machine."""

import time
from collections.abc import Sequence

from services.monitor.posts.intake import take_in
from services.monitor.posts.schemas import PostNew
from shared.auth import HEADER, IdentitySigner
from shared.contracts.actors import Actor, ActorKind, Permission
from shared.contracts.rooms import Room
from shared.db import Database
from shared.launch.credentials import identity_key
from shared.launch.record import read_record
from tests.bench.load import carry_out
from tests.bench.posts import Writer
from tests.bench.report import measure, say
from tests.bench.sender import Order
from tests.bench.under_test import UnderTest, database_url

_POSTS = 2_000
_BATCH = 100
# Sent once to be known, and then in two ways for so many seconds at most.
_REQUESTS = 240
_SECONDS = 6.0


async def measure_ratios(system: UnderTest) -> None:
    """Intake in arrays against a row at a time; the gateway against the room itself."""
    await _measure_intake(system)
    await _measure_gateway(system)


async def _measure_intake(system: UnderTest) -> None:
    say("Intake in arrays, and a post at a time")
    posts = [PostNew.model_validate(post) for post in Writer(seed=2, run="ratio").posts(2 * _POSTS)]
    database = Database(database_url(system.house), pool=1, application="bench")
    try:
        await _take_in(database, posts[:_BATCH], _BATCH)
        arrays = await _take_in(database, posts[:_POSTS], _BATCH)
        single = await _take_in(database, posts[_POSTS:], 1)
    finally:
        await database.close()
    measure("intake without HTTP, in arrays", arrays, "posts/s", posts_a_statement=_BATCH)
    measure("intake without HTTP, a post at a time", single, "posts/s")
    measure("intake in arrays to a post at a time", arrays / single, "times")


async def _take_in(database: Database, posts: Sequence[PostNew], batch: int) -> float:
    """Posts a second; nothing of it stays."""
    async with database.session() as session:
        began = time.perf_counter()
        for start in range(0, len(posts), batch):
            await take_in(session, posts[start : start + batch])
        seconds = time.perf_counter() - began
        await session.rollback()
    return len(posts) / seconds


async def _measure_gateway(system: UnderTest) -> None:
    """Posts that are known already give the workers nothing to do: only the way in is measured."""
    say("The way in through the gateway, and past it")
    await carry_out(_order(system.house.port, system.headers, seconds=60.0))
    await system.drained()
    through = await _requests_a_second(_order(system.house.port, system.headers))
    past = await _requests_a_second(_order(_monitor_port(system), _identity(system)))
    context = {"posts_a_request": _BATCH}
    measure("known posts through the gateway", through, "requests/s", **context)
    measure("known posts sent to the room itself", past, "requests/s", **context)
    measure("through the gateway to past it", through / past, "times")


def _order(port: int, headers: dict[str, str], seconds: float = _SECONDS) -> Order:
    return Order(
        port=port,
        headers=headers,
        run="known",
        requests=_REQUESTS,
        posts=_BATCH,
        seconds=seconds,
    )


async def _requests_a_second(order: Order) -> float:
    sent = await carry_out(order)
    assert all(answer.status == 202 for answer in sent.answers)
    return len(sent.answers) / (sent.ended - sent.began)


def _monitor_port(system: UnderTest) -> int:
    record = read_record(system.house.home)
    assert record is not None
    return next(process.port for process in record.processes if process.name == "monitor")


def _identity(system: UnderTest) -> dict[str, str]:
    """The headers by which the monitor believes that the gateway sent a request."""
    signer = IdentitySigner(identity_key(system.house.home).private.read_bytes())
    actor = Actor(
        id="user:bench",
        name="bench",
        kind=ActorKind.PROGRAM,
        permissions=frozenset({Permission.INGEST_POSTS}),
    )
    return {HEADER: signer.sign(actor, Room.MONITOR)}
