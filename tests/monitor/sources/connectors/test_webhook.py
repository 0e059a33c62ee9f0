"""A system that sends by itself: let in by its signature alone, once."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.monitor.room import room as monitor_room
from services.monitor.sources.pushing import forget_pushes
from shared.auth import HEADER
from shared.contracts.actors import Permission
from shared.ids import new_id
from shared.signatures import is_signed, new_secret, read_secret, sign
from tests.conftest import OpenRoom, RoomClient, make_actor

SOURCES = "/api/v1/sources"


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room)


async def make_source(room: RoomClient, **changes: Any) -> dict[str, Any]:
    answer = await room.post(SOURCES, {"name": "Forum", "kind": "webhook"} | changes)
    assert answer.status_code == 201, answer.text
    source: dict[str, Any] = answer.json()
    return source


async def make_secret(room: RoomClient, source: dict[str, Any]) -> str:
    answer = await room.call("PUT", f"{SOURCES}/{source['id']}/secret")
    assert answer.status_code == 200, answer.text
    secret: str = answer.json()["secret"]
    return secret


def posts(*texts: str, **changes: Any) -> dict[str, Any]:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {
        "posts": [
            {"external_id": words, "platform": "any", "text": words, "published_at": at} | changes
            for words in texts
        ]
    }


async def send(
    room: RoomClient,
    source_id: object,
    secret: str,
    document: object,
    *,
    message_id: str = "m1",
    late: int = 0,
    **headers: str,
) -> httpx.Response:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    at = int(time.time()) - late
    signed = {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(
            read_secret(secret), message_id=message_id, timestamp=at, body=body
        ),
        # Nobody vouches for the sender.
        HEADER: "",
    }
    sent = signed | {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"{SOURCES}/{source_id}/push"
    return await room.call("POST", path, content=body, headers=sent)


async def stored(room: RoomClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await room.get("/api/v1/posts")).json()["items"]
    return items


async def test_a_signed_message_is_stored_and_shows_as_the_sources_own(monitor: RoomClient) -> None:
    source = await make_source(monitor, platform="forum")
    assert source["url"].endswith(f"/api/v1/sources/{source['id']}/push")
    secret = await make_secret(monitor, source)
    answer = await send(monitor, source["id"], secret, posts("one", "two"))
    assert (answer.status_code, answer.json()) == (
        202,
        {"entries": 2, "skipped": 0, "known": False},
    )
    found = await stored(monitor)
    assert {post["text"] for post in found} == {"one", "two"}
    assert {(post["platform"], post["source_id"]) for post in found} == {("forum", source["id"])}
    shown = (await monitor.get(f"{SOURCES}/{source['id']}")).json()
    assert (shown["state"], shown["health"]["posts"]) == ("ok", 2)
    assert secret not in json.dumps(shown)


async def test_a_message_is_taken_once_even_when_it_comes_twice_at_once(
    monitor: RoomClient,
) -> None:
    source = await make_source(monitor)
    secret = await make_secret(monitor, source)
    answers = await asyncio.gather(
        *(send(monitor, source["id"], secret, posts("one")) for _ in range(3))
    )
    assert [answer.status_code for answer in answers] == [202] * 3
    assert sorted(answer.json()["known"] for answer in answers) == [False, True, True]
    assert len(await stored(monitor)) == 1
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.source_pushes SET received_at = now() - interval '5 days'")
        )
        await forget_pushes(session)
        assert (await session.scalar(text("SELECT count(*) FROM monitor.source_pushes"))) == 0


async def test_what_is_not_signed_is_refused_without_a_word_about_the_source(
    monitor: RoomClient,
) -> None:
    source = await make_source(monitor)
    without = await send(monitor, source["id"], new_secret(), posts("one"))
    secret = await make_secret(monitor, source)
    refused = [
        without,
        await send(monitor, source["id"], new_secret(), posts("one")),
        await send(monitor, new_id(), secret, posts("one")),
        await send(monitor, source["id"], secret, posts("one"), late=301),
        await send(monitor, source["id"], secret, posts("one"), late=-301),
        await send(monitor, source["id"], secret, posts("one"), webhook_id="m2"),
        await send(monitor, source["id"], secret, posts("one"), webhook_id=""),
        await send(monitor, source["id"], secret, posts("one"), webhook_timestamp="soon"),
        await send(monitor, source["id"], secret, posts("one"), webhook_signature="v1,AAAA"),
        await send(monitor, source["id"], secret, posts("one"), webhook_signature=""),
    ]
    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.json()["detail"] for answer in refused}) == 1
    assert await stored(monitor) == []


async def test_a_feed_cannot_be_pushed_to(monitor: RoomClient) -> None:
    feed = await make_source(monitor, kind="rss", url="https://news.example/feed")
    assert (await send(monitor, feed["id"], new_secret(), posts("one"))).status_code == 401
    assert (await monitor.call("PUT", f"{SOURCES}/{feed['id']}/secret")).status_code == 409


async def test_the_secret_before_holds_for_a_day(monitor: RoomClient) -> None:
    source = await make_source(monitor)
    old = await make_secret(monitor, source)
    new = await make_secret(monitor, source)
    assert old != new
    for number, secret in enumerate((old, new)):
        answer = await send(monitor, source["id"], secret, posts("x"), message_id=f"m{number}")
        assert answer.status_code == 202
    await make_secret(monitor, source)
    assert (await send(monitor, source["id"], old, posts("x"), message_id="m3")).status_code == 401


async def test_a_sender_may_bring_its_own_secret(monitor: RoomClient) -> None:
    secret = new_secret()
    source = await make_source(monitor, credentials={"secret": secret})
    assert (await send(monitor, source["id"], secret, posts("one"))).status_code == 202
    short = {"name": "Short", "kind": "webhook", "credentials": {"secret": "whsec_c2hvcnQ="}}
    refused = await monitor.post(SOURCES, short)
    assert refused.status_code == 422
    assert "c2hvcnQ" not in refused.text


async def test_another_form_is_read_by_a_mapping(monitor: RoomClient) -> None:
    fields = {"id": "nr", "text": "said", "published_at": "at", "likes": "hearts"}
    source = await make_source(
        monitor, settings={"entries": {"items": "data.rows", "fields": fields}}
    )
    secret = await make_secret(monitor, source)
    rows = [{"nr": 1, "said": "one", "at": int(time.time()) - 60, "hearts": "7"}, {"nr": 2}, 3]
    answer = await send(monitor, source["id"], secret, {"data": {"rows": rows}})
    assert answer.json() == {"entries": 1, "skipped": 2, "known": False}
    (post,) = await stored(monitor)
    assert post["engagement"]["likes"] == 7
    assert post["external_id"].endswith(":1")


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (b"<html>", 400),
        (b"[" * 100_000, 400),
        ({"posts": "none"}, 422),
        ([], 422),
        ({"posts": [{}] * 1_001}, 422),
        (b" " * (1024 * 1024 + 1), 413),
        ({"posts": [1, None, {"external_id": 3}]}, 202),
    ],
)
async def test_what_is_no_message_is_told_to_its_sender(
    monitor: RoomClient, document: object, status: int
) -> None:
    source = await make_source(monitor)
    secret = await make_secret(monitor, source)
    answer = await send(monitor, source["id"], secret, document)
    assert answer.status_code == status, answer.text
    assert await stored(monitor) == []
    # A message that was refused is not known: it may be sent again, mended.
    again = await send(monitor, source["id"], secret, posts("mended"), message_id="m2")
    assert again.json()["entries"] == 1


async def test_a_flood_is_stopped_and_a_disabled_source_takes_nothing(monitor: RoomClient) -> None:
    source = await make_source(monitor, settings={"messages_a_minute": 2})
    secret = await make_secret(monitor, source)
    answers = [
        await send(monitor, source["id"], secret, posts(f"p{number}"), message_id=f"m{number}")
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].headers["Retry-After"] == "60"
    address = f"{SOURCES}/{source['id']}"
    off = {"name": "Forum", "kind": "webhook", "enabled": False}
    tag = (await monitor.get(address)).headers["ETag"]
    changed = await monitor.call("PUT", address, json=off, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert changed.json()["has_credentials"]
    assert (
        await send(monitor, source["id"], secret, posts("late"), message_id="m9")
    ).status_code == 409


async def test_only_those_who_may_edit_sources_make_secrets(monitor: RoomClient) -> None:
    source = await make_source(monitor)
    viewer = make_actor("viewer", Permission.VIEW)
    path = f"{SOURCES}/{source['id']}/secret"
    assert (await monitor.call("PUT", path, actor=viewer)).status_code == 403


@given(body=st.binary(max_size=200), at=st.integers(0, 2**40), given_=st.text(max_size=100))
def test_only_what_was_signed_with_a_known_key_holds(body: bytes, at: int, given_: str) -> None:
    ours, other = (read_secret(new_secret()) for _ in range(2))

    def holds(signatures: str, signed_body: bytes = body, time: int = at) -> bool:
        return is_signed(
            [ours], message_id="m", timestamp=time, body=signed_body, signatures=signatures
        )

    right = sign(ours, message_id="m", timestamp=at, body=body)
    wrong = sign(other, message_id="m", timestamp=at, body=body)
    assert holds(right)
    assert holds(f"{wrong} v1a,x {right}")
    assert not holds(wrong)
    assert not holds(given_)
    assert not holds(right, body + b"x")
    assert not holds(right, time=at + 1)
