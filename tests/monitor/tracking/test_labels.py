"""What people say of posts counts instead of what the model said, at the post and in its story."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.contracts.actors import ActorRef
from shared.contracts.labelling import LabelWithdrawn, PostLabelled
from shared.contracts.labels import Task
from shared.contracts.posts import AnalysedPost, PostsAnalysed, Verdict
from shared.events import emit
from shared.ids import new_id
from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send
from tests.monitor.tracking.test_tracking import OUTAGE, stories, watch, work

LIN = ActorRef(id="user:lin", name="Lin")
WEI = ActorRef(id="user:wei", name="Wei")


async def collected(room: RoomClient, post: dict[str, Any]) -> str:
    answer = await send(room, post)
    await work(room)
    post_id: str = answer["results"][0]["id"]
    return post_id


async def analysed(
    room: RoomClient, post_id: str, sentiment: str, *, revision: int = 1, release: str = "r1"
) -> None:
    event = PostsAnalysed(
        engine="lexicon",
        release=release,
        posts=(
            AnalysedPost(
                id=UUID(post_id),
                revision=revision,
                sentiment=Verdict(label=sentiment, confidence=0.8),
                emotion=Verdict(label="anger", confidence=0.7, unsure=True),
            ),
        ),
    )
    async with room.transaction() as session:
        await emit(session, event)
    await work(room)


async def labelled(
    room: RoomClient,
    post_id: str,
    label: str,
    *,
    by: ActorRef = LIN,
    task: Task = Task.SENTIMENT,
    target: str | None = None,
    revision: int = 1,
    times: int = 1,
) -> UUID:
    event = PostLabelled(
        label_id=new_id(),
        post_id=UUID(post_id),
        revision=revision,
        task=task,
        target=target,
        label=label,
        labelled_by=by,
        labelled_at=datetime.now(UTC),
    )
    async with room.transaction() as session:
        for _ in range(times):
            await emit(session, event)
    await work(room)
    return event.label_id


async def withdrawn(room: RoomClient, post_id: str, label_id: UUID) -> None:
    async with room.transaction() as session:
        await emit(session, LabelWithdrawn(label_id=label_id, post_id=UUID(post_id)))
    await work(room)


async def counts(room: RoomClient) -> dict[str, int]:
    (story,) = await stories(room)
    volume = (await room.get("/api/v1/posts/volume?minutes=60&bucket=60")).json()["points"]
    found: dict[str, int] = story["sentiment"]
    assert {name: sum(point[name] for point in volume) for name in found} == found
    return {name: count for name, count in found.items() if count}


async def opinion(room: RoomClient, post_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await room.get(f"/api/v1/posts/{post_id}")).json()["opinion"]
    return found


@pytest.fixture
async def post_id(monitor: RoomClient, make_post: MakePost) -> str:
    """A post in a story, which the model took for negative."""
    await watch(monitor)
    made = await collected(monitor, make_post(OUTAGE))
    await analysed(monitor, made, "negative")
    assert await counts(monitor) == {"negative": 1}
    return made


async def test_the_opinion_of_a_person_is_shown_and_counted(
    monitor: RoomClient, post_id: str
) -> None:
    await labelled(monitor, post_id, "neutral")
    assert await counts(monitor) == {"neutral": 1}
    found = await opinion(monitor, post_id)
    assert found["sentiment"] == {
        "label": "neutral",
        "confidence": 1.0,
        "unsure": False,
        "by": {"id": "user:lin", "name": "Lin", "kind": "person"},
        "model": {"label": "negative", "confidence": pytest.approx(0.8), "unsure": False},
    }
    assert found["emotion"]["by"] is None
    for sentiment, many in (("neutral", 1), ("negative", 0)):
        listed = await monitor.get(f"/api/v1/posts?sentiment={sentiment}")
        assert len(listed.json()["items"]) == many
    await labelled(monitor, post_id, "fear", task=Task.EMOTION)
    assert (await opinion(monitor, post_id))["emotion"]["label"] == "fear"


async def test_of_two_people_the_latest_counts_and_both_are_shown(
    monitor: RoomClient, post_id: str
) -> None:
    await labelled(monitor, post_id, "neutral")
    of_wei = await labelled(monitor, post_id, "positive", by=WEI)
    assert await counts(monitor) == {"positive": 1}
    shown = (await monitor.get(f"/api/v1/posts/{post_id}")).json()["labels"]
    assert [(label["labelled_by"]["name"], label["label"]) for label in shown] == [
        ("Wei", "positive"),
        ("Lin", "neutral"),
    ]
    await withdrawn(monitor, post_id, of_wei)
    assert await counts(monitor) == {"neutral": 1}


async def test_a_label_that_is_replaced_or_taken_back_counts_no_more(
    monitor: RoomClient, post_id: str
) -> None:
    await labelled(monitor, post_id, "neutral")
    last = await labelled(monitor, post_id, "positive")
    assert await counts(monitor) == {"positive": 1}
    assert len((await monitor.get(f"/api/v1/posts/{post_id}")).json()["labels"]) == 1
    await withdrawn(monitor, post_id, last)
    assert await counts(monitor) == {"negative": 1}
    await withdrawn(monitor, post_id, last)
    assert await counts(monitor) == {"negative": 1}


async def test_a_label_told_twice_counts_once(monitor: RoomClient, post_id: str) -> None:
    await labelled(monitor, post_id, "neutral", times=2)
    assert await counts(monitor) == {"neutral": 1}
    assert len((await monitor.get(f"/api/v1/posts/{post_id}")).json()["labels"]) == 1


async def test_a_label_that_comes_before_the_opinion_counts_too(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    made = await collected(monitor, make_post(OUTAGE))
    await labelled(monitor, made, "neutral")
    assert await opinion(monitor, made) is None
    await analysed(monitor, made, "negative")
    assert await counts(monitor) == {"neutral": 1}
    await analysed(monitor, made, "positive", release="r2")
    assert await counts(monitor) == {"neutral": 1}
    assert (await opinion(monitor, made))["sentiment"]["model"]["label"] == "positive"


async def test_an_edited_post_has_the_opinion_of_its_new_words(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    post = make_post(OUTAGE)
    made = await collected(monitor, post)
    await analysed(monitor, made, "negative")
    await labelled(monitor, made, "neutral")
    await collected(monitor, post | {"text": f"{OUTAGE} 已恢复"})
    await analysed(monitor, made, "positive", revision=2)
    assert await counts(monitor) == {"positive": 1}
    await labelled(monitor, made, "negative", revision=1, by=WEI)
    assert await counts(monitor) == {"positive": 1}
    await labelled(monitor, made, "neutral", revision=2)
    assert await counts(monitor) == {"neutral": 1}


async def test_the_words_of_the_labelled_revision_are_told(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    post = make_post(OUTAGE, title="停电", language="zh")
    made = await collected(monitor, post)
    await collected(monitor, post | {"text": f"{OUTAGE} 已恢复", "title": None})
    for revision in (1, 2, 3):
        await labelled(monitor, made, "neutral", revision=revision)
    async with monitor.transaction() as session:
        told = await session.scalars(
            text("SELECT payload FROM corridor.events WHERE type = 'PostQuoted' ORDER BY position")
        )
        quoted = [(payload["revision"], payload["title"], payload["text"]) for payload in told]
    assert quoted == [(1, "停电", OUTAGE), (2, None, f"{OUTAGE} 已恢复")]


async def test_a_stance_is_kept_for_each_target(monitor: RoomClient, post_id: str) -> None:
    for target, label in (("云州电力", "against"), ("抢修人员", "favor"), ("云州电力", "none")):
        await labelled(monitor, post_id, label, task=Task.STANCE, target=target)
    shown = (await monitor.get(f"/api/v1/posts/{post_id}")).json()["labels"]
    assert {(label["target"], label["label"]) for label in shown} == {
        ("云州电力", "none"),
        ("抢修人员", "favor"),
    }
    assert await counts(monitor) == {"negative": 1}
