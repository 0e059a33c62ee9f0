"""One description of the whole API: complete, valid, and honest about rooms that are away."""

import json
import re
import socket
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from gateway.docs.reference import chapters, sample
from gateway.openapi import Reference, merge
from gateway.routes import ROUTES
from shared.app import create_room_app
from shared.contracts import Room
from shared.room import find_room
from tests.gateway.conftest import House, OpenHouse, SettingsFor, respond

OWN: dict[str, Any] = {
    "paths": {"/api/v1/me": {"get": {"operationId": "me_get", "tags": ["users"]}}}
}


def described(path: str, **schemas: Any) -> dict[str, Any]:
    """The description of a room with one call that answers with `Page`."""
    answer = {"schema": {"$ref": "#/components/schemas/Page"}}
    operation = {
        "operationId": path.strip("/").replace("/", "_"),
        "tags": ["things"],
        "responses": {"200": {"content": {"application/json": answer}}},
    }
    return {"paths": {path: {"get": operation}}, "components": {"schemas": schemas}}


ITEM = {"type": "object", "properties": {"id": {"type": "string"}}}
OTHER = {"type": "object", "properties": {"id": {"type": "integer"}}}
PAGE = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}


def test_rooms_add_only_what_the_table_gives_them() -> None:
    monitor = described("/api/v1/posts") | {}
    monitor["paths"] |= described("/api/v1/cases")["paths"] | described("/livez")["paths"]
    merged = merge(OWN, {Room.MONITOR: monitor})
    assert set(merged["paths"]) == {"/api/v1/me", "/api/v1/posts"}
    for item in merged["paths"].values():
        assert item["get"]["security"] == [{"key": []}]
    assert merged["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert [tag["name"] for tag in merged["tags"]] == ["things", "users"]


def test_equal_shapes_are_shared() -> None:
    rooms = {
        Room.MONITOR: described("/api/v1/posts", Page=PAGE, Item=ITEM),
        Room.ARCHIVE: described("/api/v1/cases", Page=PAGE, Item=ITEM),
    }
    assert set(merge(OWN, rooms)["components"]["schemas"]) == {"Page", "Item"}


def test_different_shapes_of_one_name_take_the_rooms_name_with_all_that_lead_there() -> None:
    rooms = {
        Room.MONITOR: described("/api/v1/posts", Page=PAGE, Item=ITEM),
        Room.ARCHIVE: described("/api/v1/cases", Page=PAGE, Item=OTHER),
    }
    merged = merge(OWN, rooms)
    schemas = merged["components"]["schemas"]
    assert schemas["ArchiveItem"] == OTHER
    assert schemas["ArchivePage"]["items"] == {"$ref": "#/components/schemas/ArchiveItem"}
    assert schemas["Page"] == PAGE
    content = merged["paths"]["/api/v1/cases"]["get"]["responses"]["200"]["content"]
    assert content["application/json"]["schema"]["$ref"].endswith("/ArchivePage")


@pytest.fixture(scope="module")
def real(settings_for: SettingsFor) -> dict[Room, dict[str, Any]]:
    """What the rooms say of themselves."""
    return {room: create_room_app(find_room(room), settings_for(room)).openapi() for room in Room}


@pytest.fixture(scope="module")
def whole(real: dict[Room, dict[str, Any]]) -> dict[str, Any]:
    """The description of the whole API as it is."""
    rooms = {room: document for room, document in real.items() if room is not Room.GATEWAY}
    return merge(real[Room.GATEWAY], rooms)


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_every_part_of_the_api_has_its_room(real: dict[Room, dict[str, Any]]) -> None:
    for room, document in real.items():
        for path in document["paths"]:
            prefix = path.removeprefix("/api/v1/").split("/")[0]
            assert ROUTES.get(prefix, Room.GATEWAY) is room, f"{path} of {room} is not in ROUTES"


def test_every_route_of_the_table_leads_somewhere(whole: dict[str, Any]) -> None:
    prefixes = {path.removeprefix("/api/v1/").split("/")[0] for path in whole["paths"]}
    assert set(ROUTES) <= prefixes


def test_every_reference_leads_somewhere(whole: dict[str, Any]) -> None:
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(whole)))
    assert names <= set(whole["components"]["schemas"])


def test_operation_ids_are_unique_and_read_alike(whole: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(whole)]
    assert sorted(names) == sorted(set(names))
    for name in names:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name), name


def test_every_call_says_what_it_does_and_which_problems_it_answers(whole: dict[str, Any]) -> None:
    for name, operation in operations(whole):
        assert operation.get("description"), name
        assert {"401", "403", "422"} <= set(operation["responses"]), name


async def test_description_is_public_and_names_rooms_that_are_away(open_house: OpenHouse) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    house = await open_house(archive_url=f"http://127.0.0.1:{port}")

    async def describe(scope: Scope, receive: Receive, send: Send) -> bool:
        await respond(send, 200, json.dumps(described("/api/v1/posts", Page=PAGE)).encode())
        return True

    house.room.answer = describe
    response = await house.call("GET", "/api/v1/openapi.json", None)
    document = response.json()
    assert response.status_code == 200
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/posts" in document["paths"]
    assert {"/api/v1/users", "/api/v1/keys", "/api/v1/events"} <= set(document["paths"])
    assert document["x-groundswell-away"] == ["archive"]
    page = await house.call("GET", "/docs", None)
    assert "Away at the moment: archive" in page.text
    assert "users_create" in page.text


async def test_room_that_comes_back_is_described_again(house: House) -> None:
    clock = 0.0
    reference = Reference(house.resources.rooms, clock=lambda: clock)

    async def nothing(scope: Scope, receive: Receive, send: Send) -> bool:
        await respond(send, 503, b"{}")
        return True

    async def something(scope: Scope, receive: Receive, send: Send) -> bool:
        await respond(send, 200, json.dumps(described("/api/v1/cases")).encode())
        return True

    house.room.answer = nothing
    first = await reference.description(OWN)
    assert len(first.document["x-groundswell-away"]) == 4
    house.room.answer = something
    assert await reference.description(OWN) is first
    clock += 5
    second = await reference.description(OWN)
    assert "/api/v1/cases" in second.document["paths"]
    assert second.document["x-groundswell-away"] == []
    house.room.answer = nothing
    clock += 60
    third = await reference.description(OWN)
    assert "/api/v1/cases" in third.document["paths"]
    assert len(third.document["x-groundswell-away"]) == 4


def test_guide_shows_every_call_with_examples(whole: dict[str, Any]) -> None:
    calls = [call for chapter in chapters(whole) for call in chapter.calls]
    assert len(calls) == len(operations(whole))
    create = next(call for call in calls if call.id == "users_create")
    assert create.body is not None
    assert json.loads(create.body)["name"] == "lin"
    assert create.answers[0].status == "201"
    assert create.answers[0].example is not None


def test_sample_of_a_shape_that_contains_itself_ends() -> None:
    schemas = {"Tree": {"properties": {"child": {"$ref": "#/components/schemas/Tree"}}}}
    assert sample({"$ref": "#/components/schemas/Tree"}, schemas)["child"]
