"""Reports without a sign-in: by a link nobody can guess, within a quota, until it is closed."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.monitor.reports.public_link import SENDER_HOURLY_LIMIT, link_of, token_of
from shared.contracts.actors import Permission
from tests.conftest import RoomClient, make_actor

LINK = "/api/v1/reports/link"
PUBLIC = "/api/v1/reports/public"
PAGE = make_actor("page", Permission.SEND_PUBLIC_REPORTS)
SECRET = b"a secret of the house"


async def opened(room: RoomClient, **asked: object) -> str:
    answer = await room.post(LINK, asked)
    assert answer.status_code == 201, answer.text
    path: str = answer.json()["path"]
    return path.removeprefix("/r/")


async def send(room: RoomClient, token: str, **said: Any) -> int:
    body = {"token": token, "text": "路灯坏了一个月", "sender": "198.51.100.7"} | said
    return (await room.post(PUBLIC, body, actor=PAGE)).status_code


async def test_it_opens_is_replaced_and_closes(monitor: RoomClient) -> None:
    assert (await monitor.get(LINK)).status_code == 404
    first = await opened(monitor)
    assert await send(monitor, first) == 201
    assert (await monitor.get(f"{PUBLIC}/{first}", actor=PAGE)).json() == {"open": True}
    assert (await monitor.get(LINK)).json()["used_last_hour"] == 1
    second = await opened(monitor)
    assert second != first
    assert await send(monitor, first) == 404
    assert (await monitor.get(f"{PUBLIC}/{first}", actor=PAGE)).status_code == 404
    assert await send(monitor, second) == 201
    assert (await monitor.call("DELETE", LINK)).status_code == 204
    assert await send(monitor, second) == 404


async def test_the_unknown_stay_unknown(monitor: RoomClient) -> None:
    token = await opened(monitor)
    address = "https://weibo.com/1/a"
    assert await send(monitor, token, link=address) == 201
    assert await send(monitor, token, link=address) == 201
    (seen,) = (await monitor.get("/api/v1/reports/staff")).json()["items"]
    assert (seen["kind"], seen["reporters"], seen["anonymous"]) == ("public_report", 0, 2)
    assert all(telling["told_by"] is None for telling in seen["tellings"])
    async with monitor.transaction() as session:
        kept = await session.scalars(text("SELECT sender FROM monitor.report_link_uses"))
        assert all(b"198.51" not in bytes(sender) for sender in kept)
        await session.execute(
            text("UPDATE monitor.report_link_uses SET used_at = now() - interval '25 hours'")
        )
    await monitor.tick()
    async with monitor.transaction() as session:
        left = await session.scalar(text("SELECT count(*) FROM monitor.report_link_uses"))
    assert left == 0


async def test_quotas_hold_for_one_sender_and_for_all(monitor: RoomClient) -> None:
    token = await opened(monitor, hourly_limit=SENDER_HOURLY_LIMIT + 2)
    done = [await send(monitor, token) for _ in range(SENDER_HOURLY_LIMIT + 1)]
    assert done == [201] * SENDER_HOURLY_LIMIT + [429]
    assert await send(monitor, token, sender="198.51.100.8") == 201
    assert await send(monitor, token, sender=None) == 201
    refused = await monitor.post(PUBLIC, {"token": token, "text": "x"}, actor=PAGE)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


@given(st.uuids(), st.uuids())
def test_a_token_opens_its_own_link_only(one: UUID, other: UUID) -> None:
    token = token_of(one, SECRET)
    assert link_of(token, SECRET) == one
    assert link_of(token, b"another secret") is None
    assert link_of(token, SECRET) != other or one == other


@pytest.mark.parametrize("token", ["", "x", "ab" * 40, "é中", "=" * 44, "a" * 43])
def test_what_nobody_gave_out_opens_nothing(token: str) -> None:
    assert link_of(token, SECRET) is None
