"""Live events arrive in the order in which they were committed; a break loses none."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.live import feed as feed_module
from gateway.live import routes as live_routes
from gateway.live.cursor import Cursor
from gateway.live.feed import LIVE_TYPES, Feed
from shared.contracts.actors import SYSTEM
from shared.contracts.incidents import IncidentClosed, TimelineNoted
from shared.contracts.posts import CollectedPost, PostsCollected
from shared.contracts.schedules import ScheduleDue
from shared.events import emit, emit_to
from shared.ids import new_id
from tests.gateway.conftest import House, SettingsFor, build, eventually, move_in

INCIDENT = UUID("019a4f6e-2c1d-7a3b-9c58-0d1e2f3a4b5c")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "_POLL_SECONDS", 0.02)
    monkeypatch.setattr(live_routes, "_PATIENCE", 0.1)


def noted(words: str) -> TimelineNoted:
    return TimelineNoted(
        incident_id=INCIDENT, text=words, happened_at=datetime(2026, 11, 1, tzinfo=UTC), by=SYSTEM
    )


def closed(outcome: str) -> IncidentClosed:
    return IncidentClosed(incident_id=INCIDENT, outcome=outcome, by=SYSTEM)


async def tell(house: House, *events: TimelineNoted | IncidentClosed) -> None:
    async with house.database.transaction() as session:
        for event in events:
            await emit(session, event)


Message = dict[str, str]


@asynccontextmanager
async def listening(
    house: House, query: str = "", key: str | None = None, **headers: str
) -> AsyncIterator[AsyncIterator[Message]]:
    """An open stream: its messages, each with `id`, `event` and `data` as far as it has them."""
    headers = {"Authorization": f"Bearer {key or house.admin_key}"} | headers
    async with house.http.stream("GET", f"/api/v1/events{query}", headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield messages(response)


async def messages(response: httpx.Response) -> AsyncIterator[Message]:
    message: Message = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            message[name or "comment"] = value.strip()
        else:
            yield message
            message = {}


async def take(stream: AsyncIterator[Message], count: int) -> list[Message]:
    """The next `count` messages that carry data."""
    taken: list[Message] = []
    async with asyncio.timeout(10):
        async for message in stream:
            if "data" in message:
                taken.append(message)
            if len(taken) == count:
                break
    return taken


def texts(taken: list[Message]) -> list[str]:
    return [json.loads(message["data"])["data"]["text"] for message in taken]


async def test_what_happens_is_told_to_those_who_listen(house: House) -> None:
    async with listening(house) as stream:
        await anext(stream)
        await tell(house, noted("报告"))
        (message,) = await take(stream, 1)
    assert message["event"] == "TimelineNoted"
    data = json.loads(message["data"])
    assert data["type"] == "TimelineNoted"
    assert data["data"] == noted("报告").live_view()
    assert data["request_id"]
    assert datetime.fromisoformat(data["occurred_at"]).tzinfo is not None


async def test_stream_resumes_behind_the_last_event(house: House) -> None:
    async with listening(house) as stream:
        await anext(stream)
        await tell(house, noted("1"), noted("2"))
        first, _ = await take(stream, 2)
    await tell(house, noted("3"))
    async with listening(house, **{"Last-Event-ID": first["id"]}) as stream:
        assert texts(await take(stream, 2)) == ["2", "3"]
    async with listening(house, f"?last_event_id={first['id']}") as stream:
        await tell(house, noted("4"))
        assert texts(await take(stream, 3)) == ["2", "3", "4"]


async def test_break_before_the_first_event_loses_nothing(house: House) -> None:
    async with listening(house) as stream:
        hello = await anext(stream)
    assert "data" not in hello
    assert int(hello["retry"]) > 0
    await tell(house, noted("meanwhile"))
    async with listening(house, **{"Last-Event-ID": hello["id"]}) as stream:
        assert texts(await take(stream, 1)) == ["meanwhile"]


async def test_late_commit_of_an_early_event_is_not_overtaken(house: House) -> None:
    async with listening(house) as stream:
        await anext(stream)
        async with house.database.session() as slow, slow.begin():
            await emit(slow, noted("early, committed late"))
            await tell(house, noted("late, committed early"))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await take(stream, 1)
    async with listening(house, **{"Last-Event-ID": "1-1"}) as stream:
        told = texts(await take(stream, 2))
    assert told == ["early, committed late", "late, committed early"]


async def test_stream_tells_only_the_types_that_were_asked_for(house: House) -> None:
    async with listening(house, "?type=IncidentClosed&type=WarningRaised") as stream:
        await anext(stream)
        await tell(house, noted("no"), closed("yes"))
        assert [message["event"] for message in await take(stream, 1)] == ["IncidentClosed"]


async def test_posts_are_counted_and_schedules_not_shown(house: House) -> None:
    now = datetime.now(UTC)
    posts = tuple(
        CollectedPost(
            id=new_id(),
            external_id=str(number),
            platform="weibo",
            text="x",
            published_at=now,
            received_at=now,
        )
        for number in range(5)
    )
    async with listening(house) as stream:
        await anext(stream)
        async with house.database.transaction() as session:
            await emit_to(session, ScheduleDue(name="tick", due_at=now), (), variant="desk")
            await emit(session, PostsCollected(posts=posts))
        (message,) = await take(stream, 1)
    assert json.loads(message["data"])["data"] == {
        "count": 5,
        "newest": [str(post.id) for post in posts[-3:]],
    }


async def test_far_behind_reads_from_the_record(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "_PAGE", 7)
    monkeypatch.setattr(feed_module, "_HELD", 10)
    told = [f"{number}" for number in range(40)]
    async with listening(house) as stream:
        await anext(stream)
        await tell(house, *(noted(words) for words in told))
        assert texts(await take(stream, 40)) == told
        async with listening(house, **{"Last-Event-ID": "1-1"}) as second:
            assert texts(await take(second, 40)) == told
            await tell(house, noted("new"))
            assert texts(await take(second, 1)) == ["new"]
        assert texts(await take(stream, 1)) == ["new"]


@pytest.mark.parametrize(
    "wrong", ["x", "1", "1-", "-1-2", "1-2-3", "1-99999999999999999999", "١-٢"]
)
async def test_id_that_is_none_is_refused(house: House, wrong: str) -> None:
    response = await house.call("GET", "/api/v1/events", params={"last_event_id": wrong})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


async def test_type_that_is_none_is_refused(house: House) -> None:
    for wrong in ("Nothing", "ScheduleDue", "ImportQueued", "\ud83d"):
        query = {"type": wrong.encode("utf-8", "surrogatepass")}
        assert (await house.call("GET", "/api/v1/events", params=query)).status_code == 422


async def test_id_from_another_database_begins_now(house: House) -> None:
    async with listening(house, **{"Last-Event-ID": f"{2**62}-1"}) as stream:
        await anext(stream)
        await tell(house, noted("now"))
        assert texts(await take(stream, 1)) == ["now"]


async def test_stream_ends_with_the_key_it_was_opened_with(house: House) -> None:
    made = (await house.call("POST", "/api/v1/keys", json={"user": "admin", "name": "x"})).json()
    async with listening(house, key=made["key"]) as stream:
        await anext(stream)
        await house.call("DELETE", f"/api/v1/keys/{made['id']}")
        async with asyncio.timeout(5):
            assert [message async for message in stream if "data" in message] == []


async def test_quiet_line_shows_that_it_holds(house: House) -> None:
    async with listening(house) as stream:
        await anext(stream)
        async with asyncio.timeout(5):
            assert (await anext(stream))["comment"] == "quiet"


async def test_nobody_listens_nobody_reads(house: House) -> None:
    feed = house.resources.feed
    async with listening(house) as stream:
        await anext(stream)
        await eventually(lambda: feed._to is not None)
    await eventually(lambda: feed._listeners == 0)
    await eventually(lambda: feed._to is None)


async def test_listeners_wait_while_the_database_is_away(house: House) -> None:
    feed = Feed(house.resources.feed._database)
    start = await feed.now()
    await feed.read_on()
    await tell(house, noted("1"))
    plain, feed._read = feed._read, away  # type: ignore[method-assign]
    with pytest.raises(OSError, match="away"):
        await feed.read_on()
    assert await feed.after(start, LIVE_TYPES, 0.05) == ((), start)
    feed._read = plain  # type: ignore[method-assign]
    await feed.read_on()
    events, cursor = await feed.after(start, LIVE_TYPES, 0.05)
    assert [event.type for event in events] == ["TimelineNoted"]
    assert cursor > start


async def away(cursor: Cursor, types: frozenset[str]) -> list[feed_module.LiveEvent]:
    raise OSError("the database is away")


async def test_event_of_another_version_is_told_all_the_same(house: House) -> None:
    async with listening(house) as stream:
        await anext(stream)
        async with house.database.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO corridor.events (id, type, payload) "
                    "VALUES (gen_random_uuid(), 'IncidentClosed', '{\"new\": 1}')"
                )
            )
        (message,) = await take(stream, 1)
    assert json.loads(message["data"])["data"] == {}


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_cursor_reads_what_it_writes(transaction_id: int, position: int) -> None:
    cursor = Cursor(transaction_id, position)
    assert Cursor.read(str(cursor)) == cursor


def test_cursors_are_in_the_order_of_commits() -> None:
    assert Cursor(1, 9) < Cursor(2, 1) < Cursor(2, 2)
    assert Cursor(4, 2**62) < Cursor.before(5) < Cursor(5, 0)


async def test_streams_end_in_good_order_when_the_gateway_stops(
    clean_database: str, settings_for: SettingsFor
) -> None:
    stack = AsyncExitStack()
    house = await move_in(await build(stack, settings_for))
    async with httpx.AsyncClient(base_url=house.url, trust_env=False) as browser:
        headers = {"Authorization": f"Bearer {house.admin_key}"}
        async with browser.stream("GET", "/api/v1/events", headers=headers) as response:
            stream = messages(response)
            await anext(stream)
            stopping = asyncio.create_task(stack.aclose())
            async with asyncio.timeout(1.5):
                # It ends, and is not cut: httpx refuses an answer that breaks off.
                assert [message async for message in stream if "data" in message] == []
            await stopping
