"""Pictures show people: who sees them, who saw them, and for how long they are kept."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.conftest import RoomClient
from tests.monitor.reports.test_reports import (
    COLLEAGUE,
    EMPLOYEE,
    LINK,
    MONITOR,
    STAFF,
    inbox,
    screenshot,
    tell,
)

PICTURES = "/api/v1/reports/pictures"
ASKED = {"reason": "It shows a bystander, who asked for it."}


async def told_with_picture(room: RoomClient, **said: object) -> tuple[dict[str, Any], str]:
    receipt = await tell(room, **({"text": "见图", "pictures": [screenshot()]} | said))
    kept = next(item for item in await inbox(room) if item["id"] == receipt["report_id"])
    return receipt, f"{PICTURES}/{kept['tellings'][0]['pictures'][0]['id']}"


async def test_who_looked_is_on_record_once_an_hour(monitor: RoomClient) -> None:
    _, path = await told_with_picture(monitor)
    assert (await monitor.get(path, actor=COLLEAGUE)).status_code == 404
    for actor in (EMPLOYEE, MONITOR, MONITOR):
        assert (await monitor.get(path, actor=actor)).status_code == 200
    views = (await monitor.get(f"{path}/views", actor=MONITOR)).json()["items"]
    assert [view["seen_by"]["name"] for view in views] == ["monitor", "li"]
    assert (await monitor.get(f"{path}/views", actor=EMPLOYEE)).status_code == 403


async def test_a_browser_asks_each_time_and_loads_once(monitor: RoomClient) -> None:
    _, path = await told_with_picture(monitor)
    first = await monitor.get(path, actor=EMPLOYEE)
    assert first.headers["cache-control"] == "private, no-cache"
    known = {"If-None-Match": first.headers["etag"]}
    again = await monitor.get(path, actor=EMPLOYEE, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert (await monitor.get(path, actor=COLLEAGUE, headers=known)).status_code == 404


async def test_erased_with_a_reason_it_shows_nothing_and_says_why(monitor: RoomClient) -> None:
    _, path = await told_with_picture(monitor)
    assert (await monitor.post(f"{path}/erase", {"reason": " "}, actor=MONITOR)).status_code == 422
    assert (await monitor.post(f"{path}/erase", ASKED, actor=EMPLOYEE)).status_code == 403
    erased = await monitor.post(f"{path}/erase", ASKED, actor=MONITOR)
    assert erased.json()["erased_because"] == ASKED["reason"]
    gone = await monitor.get(path, actor=MONITOR)
    assert gone.status_code == 404
    assert "bystander" in gone.json()["detail"]
    assert (await monitor.post(f"{path}/erase", ASKED, actor=MONITOR)).status_code == 409
    (picture,) = (await inbox(monitor))[0]["tellings"][0]["pictures"]
    assert picture["erased_at"]
    assert picture["sha256"]
    async with monitor.transaction() as session:
        left = await session.scalar(text("SELECT count(content) FROM monitor.pictures"))
    assert left == 0


async def test_evidence_cannot_be_erased(monitor: RoomClient) -> None:
    receipt, path = await told_with_picture(monitor, link=LINK, text="城东停电")
    watch = {"name": "Power", "expression": "停电", "targets": ["云州电力"]}
    assert (await monitor.post("/api/v1/watches", watch)).status_code == 201
    await tell(monitor, COLLEAGUE, text="城西也停电了")
    while await monitor.work():
        pass
    story = next(item["story_ids"][0] for item in await inbox(monitor) if item["story_ids"])
    place = f"{STAFF}/{receipt['report_id']}"
    linked = await monitor.post(f"{place}/link", {"story_id": story}, actor=MONITOR)
    assert linked.status_code == 200, linked.text
    refused = await monitor.post(f"{path}/erase", ASKED, actor=MONITOR)
    assert refused.status_code == 409
    assert "evidence" in refused.json()["detail"]
    why = {"reason": "another city"}
    assert (await monitor.post(f"{place}/dismiss", why, actor=MONITOR)).status_code == 200
    assert (await monitor.post(f"{path}/erase", ASKED, actor=MONITOR)).status_code == 200


@pytest.mark.parametrize(("days", "seen", "told"), [(170, 200, 1), (190, 404, 1), (370, 404, 0)])
async def test_their_time_ends_by_itself(
    monitor: RoomClient, days: int, seen: int, told: int
) -> None:
    receipt, path = await told_with_picture(monitor, link=LINK)
    linked, evidence = await told_with_picture(monitor, text="另一件")
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.tellings SET told_at = now() - make_interval(days => :days)"),
            {"days": days},
        )
        await session.execute(
            text("UPDATE monitor.reports SET state = 'linked' WHERE id = :id"),
            {"id": linked["report_id"]},
        )
    await monitor.tick()
    assert (await monitor.get(path, actor=MONITOR)).status_code == seen
    assert (await monitor.get(evidence, actor=MONITOR)).status_code == 200
    report = (await monitor.get(f"{STAFF}/{receipt['report_id']}", actor=MONITOR)).json()
    assert len(report["tellings"]) == told
    assert (report["link"], report["reporters"]) == (LINK, 1)
    assert (await monitor.get(f"/api/v1/posts/{receipt['post_id']}")).status_code == 200
