"""A monitor room, and posts to send to it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from services.monitor.room import room as monitor_room
from tests.conftest import OpenRoom, RoomClient
from tests.monitor.desk import desk, mailbox

__all__ = ["desk", "mailbox"]

MakePost = Callable[..., dict[str, Any]]


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room)


@pytest.fixture
def make_post() -> MakePost:
    """`make_post("text", minutes_ago=5)`: a post with an id of its own."""
    numbers = count(1)

    def build(text: str, *, minutes_ago: float = 0, **changes: object) -> dict[str, Any]:
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        number = next(numbers)
        post: dict[str, Any] = {
            "external_id": f"p{number}",
            "platform": "weibo",
            "text": text,
            "published_at": at.isoformat(),
            "author": f"author{number}",
        }
        return post | changes

    return build


async def send(room: RoomClient, *posts: dict[str, Any]) -> dict[str, Any]:
    """Send posts in bulk; every one must be dealt with."""
    answer = await room.post("/api/v1/posts/bulk", {"posts": list(posts)})
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body
