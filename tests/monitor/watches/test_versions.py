"""What a watch was is kept with who changed it, and can be restored."""

from typing import Any

from services.monitor.room import room as monitor_room
from tests.conftest import OpenRoom, RoomClient, make_actor

WATCHES = "/api/v1/watches"


async def change(room: RoomClient, watch: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {name: watch[name] for name in ("name", "expression", "targets")} | changes
    headers = {"If-Match": f'"{watch["version"]}"'}
    answer = await room.call("PUT", f"{WATCHES}/{watch['id']}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def versions(room: RoomClient, watch: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await room.get(f"{WATCHES}/{watch['id']}/versions")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def restore(room: RoomClient, watch: dict[str, Any], version: int, tag: str) -> Any:
    return await room.call(
        "POST",
        f"{WATCHES}/{watch['id']}/versions/{version}/restore",
        headers={"If-Match": tag},
    )


async def test_every_change_is_kept_with_its_author(open_room: OpenRoom) -> None:
    monitor = await open_room(monitor_room)
    new = {"name": "power", "expression": "停电", "targets": ["云州"]}
    watch = (await monitor.post(WATCHES, new)).json()
    watch = await change(monitor, watch, expression="停电 OR 断电", thresholds={"surge": 8})
    watch = await change(monitor, watch, thresholds={"surge": 8})
    newest, oldest = await versions(monitor, watch)
    assert (oldest["version"], oldest["changes"], oldest["restored"]) == (1, [], None)
    assert newest["changes"] == ["expression", "thresholds"]
    assert newest["settings"]["expression"] == "停电 OR 断电"
    assert newest["changed_by"]["name"] == make_actor().name
    assert newest["changed_at"] == watch["changed_at"]


async def test_an_earlier_version_is_restored_as_a_new_one(open_room: OpenRoom) -> None:
    monitor = await open_room(monitor_room)
    new = {
        "name": "power",
        "expression": "停电",
        "filters": {"languages": ["zh"], "since": "2026-11-01T00:00:00Z"},
        "thresholds": {"heat": {"blue": 3}},
    }
    first = (await monitor.post(WATCHES, new)).json()
    await change(monitor, first, name="renamed", expression="断电", enabled=False)
    assert (await restore(monitor, first, 1, '"1"')).status_code == 412
    assert (await restore(monitor, first, 7, '"2"')).status_code == 404
    answer = await restore(monitor, first, 1, '"2"')
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"3"'
    back = answer.json()
    same = ("name", "expression", "filters", "thresholds", "enabled")
    assert {name: back[name] for name in same} == {name: first[name] for name in same}
    newest = (await versions(monitor, first))[0]
    assert (newest["version"], newest["restored"]) == (3, 1)


async def test_a_name_that_another_watch_took_stands_in_the_way(open_room: OpenRoom) -> None:
    monitor = await open_room(monitor_room)
    first = (await monitor.post(WATCHES, {"name": "a", "expression": "停电"})).json()
    await change(monitor, first, name="b")
    await monitor.post(WATCHES, {"name": "a", "expression": "断电"})
    answer = await restore(monitor, first, 1, '"2"')
    assert answer.status_code == 409
    assert "named a" in answer.json()["detail"]
