"""An administrator lets people in, changes them, and shuts them out."""

import pytest

from tests.gateway.conftest import House

LIN = {"name": "lin", "display_name": "林主任", "roles": ["leader"], "groups": ["g1", "g3"]}


async def test_user_is_created_read_listed_and_changed(house: House) -> None:
    created = await house.call("POST", "/api/v1/users", json=LIN)
    assert created.status_code == 201
    assert created.headers["etag"] == '"1"'
    assert created.json().items() >= (LIN | {"kind": "person", "active": True}).items()

    listed = (await house.call("GET", "/api/v1/users")).json()["items"]
    assert {user["name"] for user in listed} == {"admin", "lin"}

    changed = await house.call(
        "PATCH",
        "/api/v1/users/lin",
        json={"roles": ["press_officer", "leader", "leader"]},
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 200
    assert changed.json()["roles"] == ["leader", "press_officer"]
    assert changed.json()["groups"] == ["g1", "g3"]
    read = await house.call("GET", "/api/v1/users/lin")
    assert read.headers["etag"] == changed.headers["etag"] == '"2"'


async def test_name_is_given_once(house: House) -> None:
    assert (await house.call("POST", "/api/v1/users", json=LIN)).status_code == 201
    assert (await house.call("POST", "/api/v1/users", json=LIN)).status_code == 409


async def test_change_names_the_version_it_changes(house: House) -> None:
    await house.call("POST", "/api/v1/users", json=LIN)
    path, change = "/api/v1/users/lin", {"display_name": "Lin"}
    assert (await house.call("PATCH", path, json=change)).status_code == 428
    stale = await house.call("PATCH", path, json=change, headers={"If-Match": '"7"'})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": ["emperor"]},
        {"name": "Lin Zhu"},
        {"name": ""},
        {"display_name": "  "},
        {"display_name": "a\x00b"},
        {"groups": ["G 1"]},
        {"kind": "system"},
        {"surprise": 1},
    ],
)
async def test_values_that_do_not_fit_are_refused(house: House, wrong: dict[str, object]) -> None:
    assert (await house.call("POST", "/api/v1/users", json=LIN | wrong)).status_code == 422


async def test_unknown_user_is_not_found(house: House) -> None:
    assert (await house.call("GET", "/api/v1/users/nobody")).status_code == 404


async def test_user_who_is_shut_out_is_out_at_once(house: House) -> None:
    key = await house.key_of("lin", "leader")
    assert (await house.call("GET", "/api/v1/incidents", key)).status_code == 200
    shut = await house.call(
        "PATCH", "/api/v1/users/lin", json={"active": False}, headers={"If-Match": "*"}
    )
    assert shut.status_code == 200
    assert (await house.call("GET", "/api/v1/incidents", key)).status_code == 401
    refused = await house.call("POST", "/api/v1/keys", json={"user": "lin", "name": "new"})
    assert refused.status_code == 409


async def test_new_role_holds_at_once(house: House) -> None:
    key = await house.key_of("lin", "auditor")
    assert (
        "statements:approve"
        not in (await house.call("GET", "/api/v1/me", key)).json()["permissions"]
    )
    await house.call(
        "PATCH", "/api/v1/users/lin", json={"roles": ["leader"]}, headers={"If-Match": "*"}
    )
    me = (await house.call("GET", "/api/v1/me", key)).json()
    assert (me["id"], me["name"], me["roles"]) == ("user:lin", "lin", ["leader"])
    assert "statements:approve" in me["permissions"]


@pytest.mark.parametrize("change", [{"active": False}, {"roles": ["leader"]}, {"roles": []}])
async def test_last_administrator_stays(house: House, change: dict[str, object]) -> None:
    path, headers = "/api/v1/users/admin", {"If-Match": "*"}
    refused = await house.call("PATCH", path, json=change, headers=headers)
    assert refused.status_code == 409
    assert (await house.call("GET", path)).json()["active"] is True
    await house.key_of("second", "administrator")
    assert (await house.call("PATCH", path, json=change, headers=headers)).status_code == 200
