"""An incident from its opening to its close, over HTTP and by events."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.response.room import room as response_room
from shared.contracts import Room
from shared.contracts.actors import Permission
from shared.contracts.event import Event
from shared.contracts.incidents import IncidentResurged
from shared.contracts.levels import WarningLevel
from shared.contracts.stories import StoriesMerged, StoryChangeUndone
from shared.contracts.warnings import Reason, WarningLevelChanged, WarningRaised
from shared.deliveries import release, take
from shared.events import emit
from shared.ids import new_id
from tests.conftest import OpenRoom, RoomClient, make_actor

ASSESSMENT = {
    "level": "major",
    "what_happened": "A cable was damaged.",
    "impact": "12,000 households",
    "credibility": "low",
}
ACTIVATION = {"level": "major", "lead_group": "crisis-handling", "grounds": "It spreads fast."}


@pytest.fixture
async def response(open_room: OpenRoom) -> RoomClient:
    room = await open_room(response_room)
    answer = await room.call(
        "PUT",
        "/api/v1/groups/crisis-handling",
        json={"name": "Crisis handling group", "name_zh": "处置组"},
    )
    assert answer.status_code == 201
    return room


@pytest.fixture
async def incident_id(response: RoomClient) -> str:
    answer = await response.post(
        "/api/v1/incidents",
        {"title": "Outage in the east", "summary": "A rumour of an explosion", "level": "orange"},
    )
    assert answer.status_code == 201, answer.text
    opened: str = answer.json()["id"]
    return opened


def warning(level: WarningLevel, warning_id: UUID | None = None) -> WarningRaised:
    now = datetime.now(UTC)
    return WarningRaised(
        warning_id=warning_id or new_id(),
        story_id=new_id(),
        watch_id=new_id(),
        watch_name="Own brand",
        title="Explosion at the substation?",
        level=level,
        reasons=(
            Reason(
                code="heat",
                value=180,
                threshold=150,
                unit="posts/h",
                text="180 posts in the last hour",
                text_zh="近一小时180帖",
            ),
        ),
        post_count=180,
        first_post_at=now,
        warned_at=now,
    )


async def tell(room: RoomClient, *events: Event) -> None:
    for event in events:
        async with room.transaction() as session:
            await emit(session, event)
    assert await room.work()


async def test_level_one_goes_before_all_that_waits_and_opens_the_incident(
    response: RoomClient,
) -> None:
    async with response.transaction() as session:
        for _ in range(20):
            await emit(session, warning(WarningLevel.BLUE))
        red = warning(WarningLevel.RED)
        await emit(session, red)
    async with response.transaction() as session:
        held = await take(session, Room.RESPONSE, types=["WarningRaised"], limit=1, lease=30)
        assert str(red.warning_id) in held[0].payload
        await release(session, Room.RESPONSE, held)
    await response.work()
    (incident,) = (await response.get("/api/v1/incidents")).json()["items"]
    assert incident["warning_id"] == str(red.warning_id)


async def test_an_orange_warning_opens_one_incident_however_often_it_is_told(
    response: RoomClient,
) -> None:
    raised = warning(WarningLevel.ORANGE)
    await tell(response, raised, raised)

    incidents = (await response.get("/api/v1/incidents")).json()["items"]
    assert len(incidents) == 1
    assert incidents[0]["level"] == "orange"
    assert incidents[0]["summary"] == "近一小时180帖\n180 posts in the last hour"
    assert incidents[0]["opened_by"]["kind"] == "system"


async def test_a_yellow_warning_waits_for_a_person(response: RoomClient) -> None:
    await tell(response, warning(WarningLevel.YELLOW))
    assert (await response.get("/api/v1/incidents")).json()["items"] == []


async def test_a_warning_that_rises_raises_its_incident_and_never_lowers_it(
    response: RoomClient,
) -> None:
    raised = warning(WarningLevel.ORANGE)
    notice = raised.model_dump(exclude={"evidence", "level"})
    up = WarningLevelChanged(**notice, level=WarningLevel.RED, previous_level=WarningLevel.ORANGE)
    down = WarningLevelChanged(**notice, level=WarningLevel.BLUE, previous_level=WarningLevel.RED)
    await tell(response, raised, up, down)

    incident = (await response.get("/api/v1/incidents")).json()["items"][0]
    assert incident["level"] == "red"
    timeline = (await response.get(f"/api/v1/incidents/{incident['id']}/timeline")).json()["items"]
    assert {entry["kind"] for entry in timeline} == {"IncidentOpened", "WarningLevelChanged"}


async def test_an_incident_follows_its_story_where_it_goes_on(response: RoomClient) -> None:
    raised = warning(WarningLevel.ORANGE)
    merged = StoriesMerged(
        warning_id=raised.warning_id,
        change_id=new_id(),
        story_id=new_id(),
        title="Outage in the city",
        other_id=raised.story_id,
        other_title=raised.title,
        posts=12,
        reason="The same outage",
        by=make_actor().ref,
    )
    await tell(response, raised, merged)

    incident = (await response.get("/api/v1/incidents")).json()["items"][0]
    assert incident["story_id"] == str(merged.story_id)
    timeline = (await response.get(f"/api/v1/incidents/{incident['id']}/timeline")).json()["items"]
    assert [entry["kind"] for entry in timeline] == ["IncidentOpened", "StoriesMerged"]
    assert timeline[1]["facts"]["reason"] == "The same outage"

    back = StoryChangeUndone(**merged.model_dump() | {"story_id": raised.story_id})
    await tell(response, back)
    incident = (await response.get("/api/v1/incidents")).json()["items"][0]
    assert incident["story_id"] == str(raised.story_id)


async def test_the_return_of_a_closed_matter_is_on_its_timeline(
    response: RoomClient, incident_id: str
) -> None:
    back = IncidentResurged(
        incident_id=UUID(incident_id),
        story_id=new_id(),
        warning_id=new_id(),
        title="停电",
        posts=5,
        platforms=("forum",),
        text="It is back.",
        text_zh="再度出现。",
    )
    await tell(response, back)
    timeline = (await response.get(f"/api/v1/incidents/{incident_id}/timeline")).json()["items"]
    assert [entry["kind"] for entry in timeline][-1:] == ["IncidentResurged"]
    assert timeline[-1]["facts"]["platforms"] == ["forum"]


async def test_from_assessment_to_close_with_everything_on_the_timeline(
    response: RoomClient, incident_id: str
) -> None:
    base = f"/api/v1/incidents/{incident_id}"
    steps = [
        ("assessments", ASSESSMENT, 201),
        ("activate", ACTIVATION, 200),
        ("commands", {"group": "crisis-handling", "text": "Find the cause"}, 201),
        ("timeline", {"text": "Called the city's emergency office"}, 201),
        ("stand-down", {"grounds": "Quiet again"}, 200),
        ("close", {"outcome": "Power restored, rumour corrected"}, 200),
    ]
    for path, body, status in steps:
        answer = await response.post(f"{base}/{path}", body)
        assert answer.status_code == status, answer.text

    timeline = (await response.get(f"{base}/timeline")).json()["items"]
    assert [entry["kind"] for entry in timeline] == [
        "IncidentOpened",
        "IncidentAssessed",
        "ResponseActivated",
        "CommandIssued",
        "TimelineNoted",
        "ResponseStoodDown",
        "IncidentClosed",
    ]
    assert (await response.get(base)).json()["state"] == "closed"


async def test_nobody_activates_what_nobody_assessed(
    response: RoomClient, incident_id: str
) -> None:
    answer = await response.post(f"/api/v1/incidents/{incident_id}/activate", ACTIVATION)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Assess" in answer.json()["detail"]


async def test_a_command_is_acknowledged_and_done_by_its_group(
    response: RoomClient, incident_id: str
) -> None:
    base = f"/api/v1/incidents/{incident_id}"
    await response.post(f"{base}/assessments", ASSESSMENT)
    await response.post(f"{base}/activate", ACTIVATION)
    issued = await response.post(
        f"{base}/commands", {"group": "crisis-handling", "text": "Find the cause"}
    )
    command = f"/api/v1/commands/{issued.json()['id']}"
    member = make_actor("chen", Permission.CARRY_OUT_COMMANDS, groups=("crisis-handling",))
    stranger = make_actor("wang", Permission.CARRY_OUT_COMMANDS, groups=("legal",))

    assert (await response.post(f"{command}/acknowledge", actor=stranger)).status_code == 403
    early = await response.post(f"{command}/complete", {"report": "Done"}, actor=member)
    assert early.status_code == 409
    acknowledged = await response.post(f"{command}/acknowledge", actor=member)
    assert acknowledged.json()["state"] == "acknowledged"
    done = await response.post(f"{command}/complete", {"report": "Cable found"}, actor=member)
    assert done.json()["state"] == "done"
    assert done.json()["completed_by"]["name"] == "chen"


async def test_without_the_permission_nothing_is_opened(response: RoomClient) -> None:
    viewer = make_actor("guest", Permission.VIEW)
    answer = await response.post(
        "/api/v1/incidents", {"title": "x", "summary": "y", "level": "blue"}, actor=viewer
    )
    assert answer.status_code == 403
    assert (await response.get("/api/v1/incidents")).json()["items"] == []


async def test_the_same_idempotency_key_opens_one_incident(
    response: RoomClient, fresh_key: str
) -> None:
    body = {"title": "x", "summary": "y", "level": "blue"}
    headers = {"Idempotency-Key": fresh_key}
    first = await response.post("/api/v1/incidents", body, headers=headers)
    second = await response.post("/api/v1/incidents", body, headers=headers)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    other = await response.post("/api/v1/incidents", body | {"title": "z"}, headers=headers)
    assert other.status_code == 422
    assert len((await response.get("/api/v1/incidents")).json()["items"]) == 1


async def test_pages_go_on_where_the_last_one_ended(response: RoomClient) -> None:
    for number in range(5):
        await response.post(
            "/api/v1/incidents", {"title": str(number), "summary": "y", "level": "blue"}
        )
    titles: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = "?limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = (await response.get(f"/api/v1/incidents{query}")).json()
        titles += [item["title"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert titles == ["4", "3", "2", "1", "0"]
    forged = await response.get("/api/v1/incidents?cursor=AAAA")
    assert forged.status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"title": 5, "summary": "y", "level": "blue"}', 422),
        (b'{"title": "a\\u0000b", "summary": "y", "level": "blue"}', 422),
        (b'{"title": "\\ud800", "summary": "y", "level": "blue"}', 422),
        (b'{"title": "x", "summary": "y", "level": "pink"}', 422),
        (b'{"title": "x", "summary": "y", "level": "blue", "extra": 1}', 422),
    ],
)
async def test_bad_input_is_refused_in_words(
    response: RoomClient, body: bytes, status: int
) -> None:
    answer = await response.call(
        "POST",
        "/api/v1/incidents",
        content=body,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


async def test_a_group_is_changed_only_at_the_version_that_was_read(response: RoomClient) -> None:
    path = "/api/v1/groups/crisis-handling"
    body = {"name": "Crisis handling", "name_zh": "处置组", "members": ["chen"]}
    assert (await response.call("PUT", path, json=body)).status_code == 428
    stale = await response.call("PUT", path, json=body, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    etag = (await response.get(path)).headers["etag"]
    changed = await response.call("PUT", path, json=body, headers={"If-Match": etag})
    assert changed.status_code == 200
    assert changed.json()["members"] == ["chen"]
