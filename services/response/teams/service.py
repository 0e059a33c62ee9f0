"""Use cases of working groups."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.response.teams.models import Group
from services.response.teams.schemas import GroupNew
from shared.errors import NotFound
from shared.rows import lock_row
from shared.schemas import check_version


async def get_group(session: AsyncSession, slug: str) -> Group | None:
    """The group of this name, or None."""
    return await session.get(Group, slug)


async def require_group(session: AsyncSession, slug: str) -> Group:
    """The group of this name.

    Raises:
        NotFound: there is none.
    """
    group = await get_group(session, slug)
    if group is None:
        raise NotFound(f"There is no group named {slug}.")
    return group


async def list_groups(session: AsyncSession) -> Sequence[Group]:
    """All groups, by slug."""
    return (await session.scalars(select(Group).order_by(Group.slug))).all()


async def put_group(
    session: AsyncSession, slug: str, new: GroupNew, if_match: str | None
) -> tuple[Group, bool]:
    """Create the group, or change it (then the caller must name the version it changes).

    Returns the group and whether it is new.

    Raises:
        PreconditionRequired, PreconditionFailed: it exists, and another version was meant.
    """
    group = await lock_row(session, Group, slug)
    created = group is None
    if group is None:
        group = Group(slug=slug, **new.model_dump())
        session.add(group)
    else:
        check_version(if_match, group.version)
        for name, value in new.model_dump().items():
            setattr(group, name, value)
    await session.flush()
    return group, created
