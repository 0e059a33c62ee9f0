"""A locked row is as it stands, whatever was read of it before."""

from services.response.room import room
from services.response.teams.models import Group
from shared.rows import lock_row
from tests.conftest import OpenRoom


async def test_a_row_that_was_read_before_it_is_locked_says_what_others_wrote_since(
    open_room: OpenRoom,
) -> None:
    response = await open_room(room)
    async with response.transaction() as session:
        session.add(Group(slug="desk", name="Desk", name_zh="值班室"))
    async with response.transaction() as session:
        read = await session.get_one(Group, "desk")
        async with response.transaction() as other:
            locked = await lock_row(other, Group, "desk")
            assert locked is not None
            locked.members = ["wang"]
        assert read.members == []
        assert (await lock_row(session, Group, "desk")) is read
        assert read.members == ["wang"]


async def test_what_a_transaction_changed_itself_is_kept_when_it_locks(
    open_room: OpenRoom,
) -> None:
    response = await open_room(room)
    async with response.transaction() as session:
        session.add(Group(slug="desk", name="Desk", name_zh="值班室"))
    async with response.transaction() as session:
        group = await lock_row(session, Group, "desk")
        assert group is not None
        group.name = "Night desk"
        assert await lock_row(session, Group, "desk") is group
        assert group.name == "Night desk"


async def test_there_may_be_none(open_room: OpenRoom) -> None:
    response = await open_room(room)
    async with response.transaction() as session:
        assert await lock_row(session, Group, "nobody") is None
