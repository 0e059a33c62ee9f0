"""What an incident is about: named when it is opened or later, and followed where stories go."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.contracts.actors import ActorRef
from shared.contracts.aftermath import IncidentStoryChanged, StoryFate
from shared.contracts.levels import WarningLevel
from shared.contracts.stories import StoriesMerged
from shared.ids import new_id
from tests.conftest import RoomClient
from tests.response.incidents.test_incidents import ACTIVATION, ASSESSMENT, response, tell, warning

__all__ = ["response"]

LIN = ActorRef(id="user:lin", name="Lin")
FACTS = {"title": "停电传言", "summary": "网传爆炸", "level": "yellow"}


def story(story_id: object) -> dict[str, str]:
    return {"kind": "story", "ref": str(story_id)}


async def opened(room: RoomClient, **more: Any) -> dict[str, Any]:
    answer = await room.post("/api/v1/incidents", FACTS | more)
    assert answer.status_code == 201, answer.text
    incident: dict[str, Any] = answer.json()
    return incident


async def subjects(room: RoomClient, incident_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (
        await room.get(f"/api/v1/incidents/{incident_id}/subjects")
    ).json()["items"]
    return items


async def kinds(room: RoomClient, incident_id: str) -> list[str]:
    items = (await room.get(f"/api/v1/incidents/{incident_id}/timeline")).json()["items"]
    return [each["kind"] for each in items]


async def last_told(room: RoomClient, kind: str) -> dict[str, Any]:
    async with room.transaction() as session:
        rows = await session.scalars(
            text("SELECT payload FROM corridor.events WHERE type = :kind ORDER BY position DESC"),
            {"kind": kind},
        )
        told: dict[str, Any] = rows.first() or {}
        return told


def merged(incident_id: str, named: object, into: UUID, **changes: Any) -> IncidentStoryChanged:
    values: dict[str, Any] = {
        "incident_id": incident_id,
        "named_id": named,
        "story_id": into,
        "title": "大",
        "fate": StoryFate.MERGED,
        "change_id": new_id(),
        "other_id": named,
        "other_title": "小",
        "posts": 7,
        "reason": "同一件事",
        "by": LIN,
    }
    return IncidentStoryChanged.model_validate(values | changes)


async def test_an_incident_names_its_matter_when_it_is_opened_and_later(
    response: RoomClient,
) -> None:
    one, post = new_id(), new_id()
    link = {"kind": "link", "ref": "https://news.example/a?id=1"}
    incident = await opened(response, story_id=str(one), subjects=[story(one), link])
    assert incident["story_id"] == str(one)
    told = await last_told(response, "IncidentOpened")
    assert told["subjects"] == [story(one), link]

    where = f"/api/v1/incidents/{incident['id']}/subjects"
    added = await response.post(where, {"subjects": [{"kind": "post", "ref": str(post)}, link]})
    assert added.status_code == 201
    assert [each["kind"] for each in added.json()["items"]] == ["story", "link", "post"]
    told = await last_told(response, "IncidentSubjectsChanged")
    assert told["added"] == [{"kind": "post", "ref": str(post)}]
    assert len(told["subjects"]) == 3
    assert told["over"] is False
    # What is named already is no change.
    await response.post(where, {"subjects": [link]})
    assert (await kinds(response, incident["id"])).count("IncidentSubjectsChanged") == 1


async def test_what_was_named_by_mistake_is_taken_back(response: RoomClient) -> None:
    one, two = new_id(), new_id()
    incident = await opened(response, subjects=[story(one), story(two)])
    first = (await subjects(response, incident["id"]))[0]
    where = f"/api/v1/incidents/{incident['id']}/subjects/{first['id']}"
    assert (await response.call("DELETE", where)).status_code == 204
    assert (await response.call("DELETE", where)).status_code == 404
    assert [each["ref"] for each in await subjects(response, incident["id"])] == [str(two)]
    now = (await response.get(f"/api/v1/incidents/{incident['id']}")).json()
    assert now["story_id"] == str(two)
    assert (await last_told(response, "IncidentSubjectsChanged"))["removed"] == [story(one)]


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        ({"kind": "story", "ref": "no id"}, "the id of a story"),
        ({"kind": "link", "ref": "javascript:alert(1)"}, "http"),
        ({"kind": "link", "ref": "http://[::1"}, "http"),
        ({"kind": "person", "ref": "x"}, "kind"),
    ],
)
async def test_what_cannot_be_a_matter_is_refused(
    response: RoomClient, subject: dict[str, str], says: str
) -> None:
    answer = await response.post("/api/v1/incidents", FACTS | {"subjects": [subject]})
    assert answer.status_code == 422
    assert says in answer.text


async def test_a_warning_joins_the_incident_that_was_opened_by_hand_about_its_story(
    response: RoomClient,
) -> None:
    raised = warning(WarningLevel.ORANGE)
    incident = await opened(response, subjects=[story(raised.story_id)])
    await tell(response, raised, raised)
    (only,) = (await response.get("/api/v1/incidents")).json()["items"]
    assert only["id"] == incident["id"]
    assert (only["level"], only["warning_id"]) == ("orange", str(raised.warning_id))
    assert "WarningRaised" in await kinds(response, incident["id"])
    told = await last_told(response, "IncidentSubjectsChanged")
    assert told["added"] == [{"kind": "warning", "ref": str(raised.warning_id)}]
    refused = await response.post(
        "/api/v1/incidents", FACTS | {"warning_id": str(raised.warning_id)}
    )
    assert refused.status_code == 409
    assert incident["number"] in refused.json()["detail"]


async def test_a_drill_about_a_real_story_swallows_no_warning(response: RoomClient) -> None:
    raised = warning(WarningLevel.ORANGE)
    drill = await opened(response, drill=True, subjects=[story(raised.story_id)])
    await tell(response, raised)
    real = [
        each
        for each in (await response.get("/api/v1/incidents")).json()["items"]
        if each["id"] != drill["id"]
    ]
    assert [each["warning_id"] for each in real] == [str(raised.warning_id)]


async def test_a_warning_of_a_drill_opens_a_drill_and_joins_nothing_real(
    response: RoomClient,
) -> None:
    raised = warning(WarningLevel.RED).model_copy(update={"drill": True})
    real = await opened(response, subjects=[story(raised.story_id)])
    await tell(response, raised)
    found = (await response.get("/api/v1/incidents")).json()["items"]
    drills = {each["id"]: each["drill"] for each in found}
    assert drills.pop(real["id"]) is False
    assert list(drills.values()) == [True]


async def test_an_incident_goes_with_a_story_that_was_merged(response: RoomClient) -> None:
    small, large = new_id(), new_id()
    incident = await opened(response, subjects=[story(small)])
    await tell(response, merged(incident["id"], small, large))
    now = (await response.get(f"/api/v1/incidents/{incident['id']}")).json()
    assert now["story_id"] == str(large)
    (subject,) = await subjects(response, incident["id"])
    assert (subject["ref"], subject["now_ref"]) == (str(small), str(large))
    # The warning of the larger story belongs to it too from now on.
    raised = warning(WarningLevel.RED).model_copy(update={"story_id": large})
    await tell(response, raised)
    assert len((await response.get("/api/v1/incidents")).json()["items"]) == 1
    undone = merged(incident["id"], small, UUID(str(small)), fate=StoryFate.UNDONE)
    await tell(response, undone)
    (subject, _) = await subjects(response, incident["id"])
    assert subject["now_ref"] == str(small)


async def test_one_change_stands_once_on_the_timeline(response: RoomClient) -> None:
    raised = warning(WarningLevel.ORANGE)
    incident = await opened(response, subjects=[story(raised.story_id)])
    await tell(response, raised)
    change, large = new_id(), new_id()
    by_warning = StoriesMerged(
        warning_id=raised.warning_id,
        change_id=change,
        story_id=large,
        title="大",
        other_id=raised.story_id,
        other_title="小",
        posts=7,
        reason="同一件事",
        by=LIN,
    )
    await tell(
        response, by_warning, merged(incident["id"], raised.story_id, large, change_id=change)
    )
    told = await kinds(response, incident["id"])
    assert told.count("StoriesMerged") == 1
    assert "IncidentStoryChanged" not in told
    now = (await response.get(f"/api/v1/incidents/{incident['id']}")).json()
    assert now["story_id"] == str(large)


async def test_the_matter_of_a_closed_incident_can_be_named_and_is_followed(
    response: RoomClient,
) -> None:
    incident = await opened(response)
    path = f"/api/v1/incidents/{incident['id']}"
    for act, body in (
        ("assessments", ASSESSMENT),
        ("activate", ACTIVATION),
        ("stand-down", {"grounds": "平息"}),
        ("close", {"outcome": "已恢复"}),
    ):
        assert (await response.post(f"{path}/{act}", body)).is_success
    answer = await response.post(f"{path}/subjects", {"subjects": [story(new_id())]})
    assert answer.status_code == 201
    assert (await last_told(response, "IncidentSubjectsChanged"))["over"] is True


async def test_two_people_who_name_the_same_story_at_once_name_it_once(
    response: RoomClient,
) -> None:
    incident = await opened(response)
    named = {"subjects": [story(new_id())]}
    where = f"/api/v1/incidents/{incident['id']}/subjects"
    answers = await asyncio.gather(*(response.post(where, named) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len(await subjects(response, incident["id"])) == 1
    assert (await kinds(response, incident["id"])).count("IncidentSubjectsChanged") == 1
