"""Opinions given anew, over events: the monitor sends posts again, and counts each once."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.analysis.room import room as analysis_room
from services.monitor.indicators.tally import Tally
from services.monitor.posts.resubmitting import BATCH
from services.monitor.room import room as monitor_room
from shared.contracts.posts import PostsResubmitted
from shared.events import emit
from shared.ids import new_id
from tests.analysis.releases.conftest import SETTINGS, Shell, collected, soon
from tests.analysis.releases.test_releases import is_live, register
from tests.conftest import OpenRoom, RoomClient

Stubborn = Callable[..., Path]

COUNT = 2 * BATCH + 10


@pytest.fixture
async def monitor(analysis: RoomClient, open_room: OpenRoom) -> RoomClient:
    """The monitor beside the analysis room, with a watch that takes every post."""
    room = await open_room(monitor_room)
    watch = {"name": "Milk (sample)", "expression": "牛奶", "sample": True}
    assert (await room.post("/api/v1/watches", watch)).status_code == 201
    return room


async def settle(*rooms: RoomClient) -> None:
    """Run what is ready in these rooms until nothing is."""
    while any([await room.work() for room in rooms]):
        pass


async def send(monitor: RoomClient, analysis: RoomClient) -> list[str]:
    """Posts of an hour, each in words of its own, judged by the lexicon; returns their ids."""
    now = datetime.now(UTC)
    posts = [
        {
            "external_id": f"milk-{number}",
            "platform": "weibo",
            "text": f"青禾牛奶变质了，太恶心了，第 {number} 箱",
            "published_at": (now - timedelta(seconds=20 * (COUNT - number))).isoformat(),
        }
        for number in range(COUNT)
    ]
    answer = await monitor.post("/api/v1/posts/bulk", {"posts": posts})
    assert answer.json()["accepted"] == COUNT, answer.text
    await settle(monitor, analysis)
    return [each["id"] for each in answer.json()["results"]]


async def opinions(monitor: RoomClient) -> list[tuple[str, str]]:
    """Engine and sentiment of every post as the monitor shows them."""
    page = (await monitor.get("/api/v1/posts", params={"limit": 200})).json()["items"]
    return [(post["opinion"]["engine"], post["opinion"]["sentiment"]["label"]) for post in page]


async def counted(monitor: RoomClient) -> Counter[str]:
    """How many opinions of each sentiment the stories count."""
    async with monitor.transaction() as session:
        tallies = (await session.scalars(text("SELECT tally FROM monitor.stories"))).all()
    found: Counter[str] = Counter()
    for tally in tallies:
        counts = Tally.from_state(tally).between(0, time.time() + 3_600)
        for label in ("positive", "neutral", "negative"):
            found[label] += getattr(counts, label)
    return +found


async def promote(analysis: RoomClient, shell: Shell, folder: Path) -> None:
    """Let the model of a folder answer in every process of the room."""
    release = await register(shell, folder)
    reason = {"reason": "A trial (sample)."}
    assert (await analysis.post(f"/api/v1/models/{release}/promote", reason)).status_code == 200
    await is_live(analysis, folder.name)


async def recompute(monitor: RoomClient, analysis: RoomClient, **asked: object) -> dict[str, Any]:
    """Ask for opinions anew, and wait for the end."""
    started = await analysis.post("/api/v1/models/recomputations", asked)
    assert started.status_code == 202, started.text
    assert started.json()["state"] == "queued"

    async def finished() -> dict[str, Any] | None:
        await settle(monitor, analysis)
        found = (await analysis.get(started.headers["Location"])).json()
        return found if found["state"] == "done" else None

    return await soon(finished)


async def test_old_posts_get_the_opinion_of_the_new_model_and_count_once(
    analysis: RoomClient, monitor: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    await send(monitor, analysis)
    assert set(await opinions(monitor)) == {("lexicon", "negative")}
    assert await counted(monitor) == {"negative": COUNT}

    await promote(analysis, shell, make_stubborn("positive"))
    done = await recompute(monitor, analysis)
    assert (done["total"], done["done"], done["judged"]) == (COUNT, COUNT, COUNT)
    assert done["finished_at"]
    assert set(await opinions(monitor)) == {("stubborn+lexicon", "positive")}
    assert await counted(monitor) == {"positive": COUNT}
    async with analysis.transaction() as session:
        kept = await session.execute(
            text("SELECT engine, count(*) FROM analysis.earlier_opinions GROUP BY engine")
        )
        assert [tuple(row) for row in kept] == [("lexicon", COUNT)]

    # Nothing is left to do for the same models.
    again = await recompute(monitor, analysis)
    assert (again["done"], again["judged"]) == (COUNT, 0)
    assert await counted(monitor) == {"positive": COUNT}


async def test_only_the_stretch_that_was_asked_for(
    analysis: RoomClient, monitor: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    await send(monitor, analysis)
    await promote(analysis, shell, make_stubborn("positive"))
    now = datetime.now(UTC)
    since = (now - timedelta(seconds=20 * 30)).isoformat()
    done = await recompute(monitor, analysis, since=since)
    assert 25 <= done["judged"] == done["total"] <= 35
    assert Counter(await opinions(monitor))["stubborn+lexicon", "positive"] == done["judged"]
    empty = await recompute(monitor, analysis, until=(now - timedelta(days=9)).isoformat())
    assert (empty["total"], empty["done"]) == (0, 0)
    wrong = await analysis.post(
        "/api/v1/models/recomputations", {"since": now.isoformat(), "until": since}
    )
    assert wrong.status_code == 422


async def test_a_batch_that_comes_twice_or_from_nowhere_changes_nothing(
    analysis: RoomClient, monitor: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    ids = await send(monitor, analysis)
    await promote(analysis, shell, make_stubborn("positive"))
    done = await recompute(monitor, analysis)
    posts = collected("牛奶").posts
    async with analysis.transaction() as session:
        for asked, after in ((done["id"], None), (done["id"], ids[0]), (str(new_id()), None)):
            await emit(
                session,
                PostsResubmitted.model_validate(
                    {"recomputation_id": asked, "posts": posts, "after": after, "last": True}
                ),
            )
    await settle(analysis, monitor)
    assert (await analysis.get(f"/api/v1/models/recomputations/{done['id']}")).json() == done
    assert len(await opinions(monitor)) == COUNT


async def test_what_a_person_said_of_a_post_stays(
    analysis: RoomClient, monitor: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    ids = await send(monitor, analysis)
    label = {"post_id": ids[0], "task": "sentiment", "label": "neutral"}
    assert (await analysis.post("/api/v1/labels", label)).status_code == 201
    await settle(analysis, monitor)
    assert await counted(monitor) == {"negative": COUNT - 1, "neutral": 1}
    await promote(analysis, shell, make_stubborn("positive"))
    await recompute(monitor, analysis)
    assert await counted(monitor) == {"positive": COUNT - 1, "neutral": 1}
    shown = (await monitor.get(f"/api/v1/posts/{ids[0]}")).json()["opinion"]["sentiment"]
    assert shown["label"] == "neutral"
    assert shown["model"]["label"] == "positive"


async def test_a_worker_that_a_promotion_has_not_reached_judges_nothing_anew(
    open_room: OpenRoom, make_stubborn: Stubborn, tmp_path: Path
) -> None:
    late = await open_room(analysis_room, **SETTINGS, sweep_seconds=3_600, home=tmp_path)
    release = await register(Shell(late), make_stubborn("positive"))
    await late.post(f"/api/v1/models/{release}/promote", {"reason": "A trial (sample)."})
    started = (await late.post("/api/v1/models/recomputations", {})).json()
    async with late.transaction() as session:
        await emit(
            session,
            PostsResubmitted(
                recomputation_id=started["id"], posts=collected("牛奶").posts, total=1, last=True
            ),
        )
    path = f"/api/v1/models/recomputations/{started['id']}"
    await late.work()
    assert (await late.get(path)).json() == started

    ready = await open_room(analysis_room, **SETTINGS, home=tmp_path)

    async def done() -> bool:
        await ready.work()
        return (await ready.get(path)).json()["judged"] == 1

    await soon(done)
    async with ready.transaction() as session:
        engines = await session.scalars(text("SELECT engine FROM analysis.opinions"))
        assert engines.all() == ["stubborn+lexicon"]
