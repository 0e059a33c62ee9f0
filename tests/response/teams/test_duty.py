"""Rosters are edited, worked out, and told to the monitor."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.response.room import room as response_room
from shared.contracts.actors import Permission
from shared.contracts.duty import DutyRosterChanged
from tests.conftest import OpenRoom, RoomClient, make_actor

GROUP = {
    "name": "Monitoring",
    "name_zh": "监测组",
    "members": ["chen", "xu", "lin"],
    "chair": "lin",
    "deputies": {"chen": "xu"},
}
ROTA = {
    "zone": "Asia/Shanghai",
    "starts_on": "2026-01-05",
    "shifts": [
        {
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "begins": "00:00",
            "ends": "00:00",
            "turns": [["chen"]],
        }
    ],
}


@pytest.fixture
async def response(open_room: OpenRoom) -> RoomClient:
    room = await open_room(response_room)
    assert (await room.call("PUT", "/api/v1/groups/g2", json=GROUP)).status_code == 201
    return room


async def told(room: RoomClient) -> list[DutyRosterChanged]:
    async with room.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT payload::text FROM corridor.events WHERE type = 'DutyRosterChanged' "
                "ORDER BY position"
            )
        )
        return [DutyRosterChanged.model_validate_json(row[0]) for row in rows]


async def put_rota(room: RoomClient, **changes: Any) -> Any:
    return await room.call("PUT", "/api/v1/duty/g2", json=ROTA | changes)


async def test_a_group_without_a_rota_is_told_with_its_members(response: RoomClient) -> None:
    (first,) = await told(response)
    assert (first.members, first.chair, first.deputies) == (
        ("chen", "xu", "lin"),
        "lin",
        {"chen": "xu"},
    )
    assert first.shifts == ()
    (shown,) = (await response.get("/api/v1/duty")).json()["items"]
    assert (shown["now"], shown["has_rota"], shown["gaps"]) == ([], False, [])


async def test_a_rota_says_who_is_on_duty_now_and_is_told_for_weeks(response: RoomClient) -> None:
    answer = await put_rota(response)
    assert answer.status_code == 201, answer.text
    assert answer.json()["now"] == ["chen"]
    assert answer.headers["ETag"] == '"1"'
    last = (await told(response))[-1]
    assert last.shifts[0].people == ("chen",)
    assert last.until - datetime.now(UTC) > timedelta(days=30)


async def test_a_change_needs_the_version_that_it_changes(response: RoomClient) -> None:
    await put_rota(response)
    assert (await put_rota(response)).status_code == 428
    stale = await response.call("PUT", "/api/v1/duty/g2", json=ROTA, headers={"If-Match": '"7"'})
    assert stale.status_code == 412


async def test_a_substitute_comes_and_goes(response: RoomClient) -> None:
    await put_rota(response)
    now = datetime.now(UTC)
    new = {
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=1)).isoformat(),
        "people": ["xu"],
        "instead_of": "chen",
        "reason": "ill",
    }
    made = await response.post("/api/v1/duty/g2/substitutions", new)
    assert made.status_code == 201, made.text
    (row,) = made.json()["items"]
    assert row["by"]["name"] == "officer"
    assert (await response.get("/api/v1/duty/g2")).json()["now"] == ["xu"]
    assert (await told(response))[-1].shifts[0].people == ("xu",)
    gone = await response.call("DELETE", f"/api/v1/duty/g2/substitutions/{row['id']}")
    assert gone.status_code == 204
    assert (await response.get("/api/v1/duty/g2")).json()["now"] == ["chen"]


async def test_a_swap_is_two_substitutions(response: RoomClient) -> None:
    await put_rota(response)
    day = {"starts_at": "2027-01-04T00:00:00Z", "ends_at": "2027-01-05T00:00:00Z"}
    later = {"starts_at": "2027-01-06T00:00:00Z", "ends_at": "2027-01-07T00:00:00Z"}
    answer = await response.post(
        "/api/v1/duty/g2/swaps",
        {"first": day | {"person": "chen"}, "second": later | {"person": "xu"}},
    )
    assert [(row["instead_of"], row["people"]) for row in answer.json()["items"]] == [
        ("chen", ["xu"]),
        ("xu", ["chen"]),
    ]


async def test_rosters_are_told_again_as_time_goes_on(response: RoomClient) -> None:
    before = len(await told(response))
    assert await response.tick()
    assert len(await told(response)) == before + 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"zone": "Asia/Nowhere"}, 422),
        ({"zone": "../../etc/passwd"}, 422),
        ({"shifts": [ROTA["shifts"][0] | {"begins": "25:00"}]}, 422),  # type: ignore[index,operator]
        ({"shifts": [ROTA["shifts"][0] | {"turns": []}]}, 422),  # type: ignore[index,operator]
        ({"shifts": []}, 201),
    ],
)
async def test_a_rota_that_cannot_be_is_refused(
    response: RoomClient, changes: dict[str, Any], status: int
) -> None:
    assert (await put_rota(response, **changes)).status_code == status


async def test_a_gap_is_shown(response: RoomClient) -> None:
    office = ROTA["shifts"][0] | {"begins": "08:00", "ends": "20:00"}  # type: ignore[index,operator]
    await put_rota(response, shifts=[office])
    (shown,) = (await response.get("/api/v1/duty")).json()["items"]
    assert 13 <= len(shown["gaps"]) <= 15


async def test_only_an_administrator_changes_a_roster(response: RoomClient) -> None:
    viewer = make_actor("viewer", Permission.VIEW)
    assert (await response.get("/api/v1/duty", actor=viewer)).status_code == 200
    refused = await response.call("PUT", "/api/v1/duty/g2", json=ROTA, actor=viewer)
    assert refused.status_code == 403


async def test_what_is_not_there_is_said_so(response: RoomClient) -> None:
    assert (await response.get("/api/v1/duty/nobody")).status_code == 404
    far = await response.get("/api/v1/duty/g2", params={"until": "2099-01-01T00:00:00Z"})
    assert far.status_code == 422
