"""The history of indicators: counted once, rolled up without loss, told with a forecast."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

from services.monitor.indicators.bins import Bins
from services.monitor.indicators.history import heat_after
from services.monitor.indicators.models import IndicatorBin
from services.monitor.indicators.recording import count_mentions, write_bins
from services.monitor.indicators.rolling import roll_up
from shared.contracts.labels import Sentiment
from shared.contracts.posts import CollectedPost
from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send


async def watch(room: RoomClient, expression: str = "停电") -> str:
    body = {"name": expression, "expression": expression}
    answer = await room.post("/api/v1/watches", body)
    assert answer.status_code == 201, answer.text
    watch_id: str = answer.json()["id"]
    return watch_id


async def work(room: RoomClient) -> None:
    while await room.work():
        pass


async def history(room: RoomClient, path: str) -> dict[str, Any]:
    answer = await room.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_watch_and_its_story_have_a_history(
    monitor: RoomClient, make_post: MakePost
) -> None:
    watch_id = await watch(monitor)
    await send(
        monitor,
        make_post("城东变电站停电 抢修 何时来电", minutes_ago=50, author_followers=900),
        make_post("城东变电站停电 抢修 要多久", minutes_ago=20, platform="news", region="云州"),
        make_post("城东变电站停电 抢修 还没来", minutes_ago=20),
        make_post("今天天气真好"),
    )
    await work(monitor)
    story = (await history(monitor, "stories"))["items"][0]
    for path in (f"watches/{watch_id}", f"stories/{story['id']}"):
        found = await history(monitor, f"{path}/indicators?resolution=quarter")
        assert (found["resolution"], found["minutes"]) == ("quarter", 15)
        assert sum(point["posts"] + point["copies"] for point in found["points"]) == 3
        assert found["whole"]["platforms"] == 2
        assert found["whole"]["authors"] == 3
        assert (found["whole"]["regions"], found["whole"]["reach"]) == (1, 900)
        assert found["points"][-1]["heat"] > 1
        assert len(found["forecast"]) == 6
        assert all(each["low"] <= each["high"] for each in found["forecast"])
        fine = await history(monitor, f"{path}/indicators")
        assert fine["resolution"] == "minute"


async def test_opinions_reach_the_history_and_are_taken_back(
    monitor: RoomClient, make_post: MakePost
) -> None:
    watch_id = await watch(monitor)
    subject, story = UUID(watch_id), uuid4()
    async with monitor.transaction() as session:
        at = datetime.now(UTC).timestamp() - 60
        bins = Bins()
        bins.add_opinion(at, story, [subject], Sentiment.NEGATIVE)
        bins.add_opinion(at, story, [subject], Sentiment.POSITIVE)
        bins.add_opinion(at, story, [subject], Sentiment.POSITIVE, -1)
        await write_bins(session, bins)
    found = await history(monitor, f"watches/{watch_id}/indicators")
    point = next(point for point in found["points"] if point["negative"])
    assert (point["positive"], point["negative_share"]) == (0, 1.0)
    assert found["forecast"] == []
    assert found["trend"] == "quiet"


async def test_a_delivery_that_comes_again_counts_nothing_twice(
    monitor: RoomClient, make_post: MakePost
) -> None:
    watch_id = await watch(monitor)
    post = make_post("停电")
    await send(monitor, post)
    await work(monitor)
    await send(monitor, post | {"text": "停电了，又改了改"})
    await work(monitor)
    found = await history(monitor, f"watches/{watch_id}/indicators")
    assert sum(point["posts"] for point in found["points"]) == 1


async def test_what_is_older_is_told_in_longer_stretches_and_nothing_is_lost(
    monitor: RoomClient, make_post: MakePost
) -> None:
    watch_id = await watch(monitor)
    subject = UUID(watch_id)
    day = 24 * 60
    ages = [5, 6, day + 30, day + 31, 8 * day, 8 * day + 40, 100 * day, 100 * day + 600]
    await send(monitor, *[make_post(f"停电 {age}", minutes_ago=age, author="一人") for age in ages])
    await work(monitor)
    async with monitor.transaction() as session:
        await roll_up(session)
        assert await roll_up(session) == 0
        rows = await session.execute(
            select(IndicatorBin.minutes, func.sum(IndicatorBin.posts + IndicatorBin.copies))
            .where(IndicatorBin.subject_id == subject)
            .group_by(IndicatorBin.minutes)
        )
        counted = {minutes: int(posts) for minutes, posts in rows}
    assert counted == {1: 2, 15: 2, 60: 2, 1440: 2}
    for resolution, posts in (("minute", 2), ("quarter", 4), ("hour", 6), ("day", 8)):
        found = await history(monitor, f"watches/{watch_id}/indicators?resolution={resolution}")
        assert sum(point["posts"] + point["copies"] for point in found["points"]) == posts
        assert found["whole"]["authors"] == 1
    # A post that comes late is counted in a minute, and goes the same way.
    await send(monitor, make_post("停电 迟到", minutes_ago=8 * day))
    await work(monitor)
    async with monitor.transaction() as session:
        await roll_up(session)
    found = await history(monitor, f"watches/{watch_id}/indicators?resolution=day")
    assert sum(point["posts"] + point["copies"] for point in found["points"]) == 9
    assert found["whole"]["authors"] == 2


async def test_rows_are_let_go_of_after_years(monitor: RoomClient, make_post: MakePost) -> None:
    await watch(monitor)
    await send(monitor, make_post("停电"))
    await work(monitor)
    async with monitor.transaction() as session:
        old = datetime.now(UTC) - timedelta(days=6 * 366)
        await session.execute(update(IndicatorBin).values(at=old, minutes=1_440))
        await roll_up(session)
        assert await session.scalar(select(func.count()).select_from(IndicatorBin)) == 0


async def test_mentions_can_be_read_by_five_minutes(
    monitor: RoomClient, make_post: MakePost
) -> None:
    watch_id = UUID(await watch(monitor))
    await send(monitor, *[make_post(f"停电 {age}", minutes_ago=age) for age in (1, 61, 61, 62)])
    await work(monitor)
    async with monitor.transaction() as session:
        now = await session.scalar(text("SELECT now()"))
        assert now is not None
        counts = await count_mentions(session, [watch_id], now - timedelta(hours=2), now)
    assert sum(counts[watch_id].values()) == 4
    assert all(at.minute % 5 == 0 for at in counts[watch_id])


@pytest.mark.parametrize("seconds", [60.0, 900.0, 3_600.0, 86_400.0])
def test_a_steady_stream_settles_at_its_rate_at_every_resolution(seconds: float) -> None:
    heat = 0.0
    for _ in range(int(86_400 * 2 / seconds)):
        heat = heat_after(heat, 12 * seconds / 3_600, seconds)
    assert heat == pytest.approx(12, rel=0.01)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 300), st.booleans(), st.integers(0, 10**6)),
        max_size=30,
    )
)
def test_bins_of_a_batch_add_up_by_subject(
    posts: list[tuple[int, int, bool, int]],
) -> None:
    bins = Bins()
    story, watches = UUID(int=1), [UUID(int=number) for number in (2, 3, 4, 5)]
    for number, (asking, at, copy, followers) in enumerate(posts):
        post = CollectedPost(
            id=UUID(int=100 + number),
            platform="weibo",
            external_id=str(number),
            text="停电",
            author_followers=followers,
            published_at=datetime.fromtimestamp(at, tz=UTC),
            received_at=datetime.fromtimestamp(at, tz=UTC),
        )
        bins.add(post, float(at), story, watches[:asking], copy=copy)
    found = bins.by_subject()
    of_story = [each for (subject, _), each in found.items() if subject == story]
    assert sum(each.posts + each.copies for each in of_story) == len(posts)
    assert sum(each.reach for each in of_story) == sum(followers for *_, followers in posts)
    for index, watch_id in enumerate(watches):
        counted = sum(
            each.posts + each.copies for (subject, _), each in found.items() if subject == watch_id
        )
        assert counted == sum(asking > index for asking, *_ in posts)
