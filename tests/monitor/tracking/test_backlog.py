"""A tracker that was away catches up, and says of each matter what it would have said in time."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send
from tests.monitor.tracking.test_tracking import stories, warnings, watch, work

# A round of tracking takes so many deliveries at once.
_A_ROUND = 10
# A burst of ten posts within ten minutes comes to 6.6 posts an hour.
_WARNS = {"heat": {"blue": 6, "yellow": 1e6, "orange": 2e6, "red": 3e6}, "hold": 0}
OLD = "云州电力 城东变电站停电 抢修 什么时候来电"
NEW = "澜江地铁 三号线信号故障 停运 乘客滞留站台"


async def waiting(room: RoomClient) -> int:
    async with room.transaction() as session:
        return int(
            await session.scalar(
                text(
                    "SELECT count(*) FROM corridor.deliveries"
                    " WHERE room = 'monitor' AND type = 'PostsCollected' AND state = 'ready'"
                )
            )
            or 0
        )


@pytest.mark.parametrize("away", [True, False])
async def test_what_waited_is_warned_of_as_of_its_own_time(
    monitor: RoomClient, make_post: MakePost, away: bool
) -> None:
    """Much was said of one matter an hour ago, of another just now."""
    await watch(monitor, "停电 OR 停运", thresholds=_WARNS)
    began = datetime.now(UTC)
    for minutes_ago in [*range(60, 50, -1), *range(9, -1, -1)]:
        words = OLD if minutes_ago > 50 else NEW
        await send(monitor, make_post(f"{words} {minutes_ago}", minutes_ago=minutes_ago))
        if not away:
            await work(monitor)
    assert await waiting(monitor) == (2 * _A_ROUND if away else 0)
    await work(monitor)
    assert sorted(story["posts"] for story in await stories(monitor)) == [10, 10]
    said = {
        warning["title"][:4]: (began - datetime.fromisoformat(warning["warned_at"])).total_seconds()
        for warning in await warnings(monitor)
    }
    assert said.keys() == {"云州电力", "澜江地铁"}
    assert 50 * 60 < said["云州电力"] < 53 * 60
    assert -60 < said["澜江地铁"] < 3 * 60
