"""An analysis room with posts that a model has judged."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from services.analysis.room import room as analysis_room
from shared.contracts.labelling import PostQuoted
from shared.contracts.posts import CollectedPost, PostsCollected
from shared.events import emit
from shared.ids import new_id
from tests.conftest import OpenRoom, RoomClient, make_actor

LIN, WEI = make_actor("lin"), make_actor("wei")

Analysed = Callable[..., Awaitable[list[CollectedPost]]]
Labelled = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def analysis(open_room: OpenRoom) -> RoomClient:
    return await open_room(analysis_room)


@pytest.fixture
def analysed(analysis: RoomClient) -> Analysed:
    """`await analysed("text", "text")`: posts that have been judged."""

    async def judge(*texts: str, revision: int = 1) -> list[CollectedPost]:
        now = datetime.now(UTC)
        posts = tuple(
            CollectedPost(
                id=new_id(),
                revision=revision,
                platform="weibo",
                external_id=str(new_id()),
                text=text,
                language="zh",
                published_at=now,
                received_at=now,
            )
            for text in texts
        )
        async with analysis.transaction() as session:
            await emit(session, PostsCollected(posts=posts))
        await analysis.work()
        return list(posts)

    return judge


@pytest.fixture
def labelled(analysis: RoomClient) -> Labelled:
    """`await labelled(post, "positive")`: what a person says of a post, which is accepted."""

    async def label(
        post: CollectedPost, label: str, *, task: str = "sentiment", by: Any = LIN, **more: Any
    ) -> dict[str, Any]:
        body = {"post_id": str(post.id), "task": task, "label": label} | more
        answer = await analysis.post("/api/v1/labels", body, actor=by)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return label


async def quote(analysis: RoomClient, posts: Sequence[CollectedPost]) -> None:
    """Tell the words of posts, as the monitor does when they were labelled."""
    async with analysis.transaction() as session:
        for post in posts:
            fields = post.model_dump(include=PostQuoted.model_fields.keys())
            await emit(session, PostQuoted(post_id=post.id, **fields))
    await analysis.work()
