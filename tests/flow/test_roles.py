"""A room's database role sees its own schema and the corridor, and changes no event."""

import asyncio
import json

import asyncpg
import pytest

from shared.contracts.rooms import Room
from tests.house import House

# In each room's schema, a table that others must not read.
_TABLES = {
    Room.GATEWAY: "gateway.keys",
    Room.MONITOR: "monitor.posts",
    Room.ANALYSIS: "analysis.opinions",
    Room.RESPONSE: "response.incidents",
    Room.ARCHIVE: "archive.records",
}


def run_as(house: House, room: Room, statement: str) -> None:
    """Run a statement as the room's own role."""
    password = (house.home.secrets / f"{room}-database").read_text("ascii").strip()
    port = json.loads((house.home.path / "ports.json").read_text("ascii"))["postgres"]

    async def run() -> None:
        connection = await asyncpg.connect(
            host="127.0.0.1",
            port=port,
            user=f"groundswell_{room}",
            password=password,
            database="groundswell",
        )
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


@pytest.mark.parametrize("room", list(Room))
def test_a_room_reads_its_own_tables_and_no_others(house: House, room: Room) -> None:
    for owner, table in _TABLES.items():
        statement = f"SELECT count(*) FROM {table}"  # noqa: S608 - our own names
        if owner is room:
            run_as(house, room, statement)
        else:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                run_as(house, room, statement)


@pytest.mark.parametrize("room", list(Room))
@pytest.mark.parametrize(
    "statement",
    ["UPDATE corridor.events SET type = type", "CREATE TABLE corridor.mine ()", "CREATE ROLE me"],
)
def test_no_room_changes_an_event_or_the_form_of_the_database(
    house: House, room: Room, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        run_as(house, room, statement)
