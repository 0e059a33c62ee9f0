"""Use cases of duty: who of a group is on duty, and telling it to whoever alerts people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.response.teams.duty_schemas import RotaNew, SubstitutionNew, SwapNew
from services.response.teams.models import DutyRota, DutySubstitution, Group
from services.response.teams.rota import Stretch, Substitution, stretches
from services.response.teams.service import require_group
from shared.contracts.actors import ActorRef
from shared.contracts.duty import DutyRosterChanged, Shift
from shared.db import database_now
from shared.errors import NotFound
from shared.events import emit
from shared.rows import lock_row
from shared.schemas import check_version

# What the monitor is told ahead: enough for weeks in which this room could not speak.
AHEAD = timedelta(days=35)
# Rosters are told anew this often, so that what is told ahead never runs out.
TELL_EVERY = 6 * 3600


async def get_rota(session: AsyncSession, group: str) -> DutyRota | None:
    """The rota of a group, or None."""
    return await session.get(DutyRota, group)


async def put_rota(
    session: AsyncSession, slug: str, new: RotaNew, if_match: str | None
) -> tuple[Group, bool]:
    """Give a group its weekly rota, or change it. Substitutions stay.

    Returns the group and whether it had none.

    Raises:
        NotFound: no such group.
        PreconditionRequired, PreconditionFailed: it has one, and another version was meant.
    """
    group = await require_group(session, slug)
    rota = await lock_row(session, DutyRota, slug)
    values: dict[str, Any] = {
        "zone": new.zone,
        "starts_on": new.starts_on,
        "shifts": [shift.model_dump(mode="json") for shift in new.shifts],
    }
    created = rota is None
    if rota is None:
        session.add(DutyRota(group=slug, **values))
    else:
        check_version(if_match, rota.version)
        for name, value in values.items():
            setattr(rota, name, value)
    await session.flush()
    await tell_roster(session, group)
    return group, created


async def substitute(
    session: AsyncSession, slug: str, new: SubstitutionNew, by: ActorRef
) -> list[DutySubstitution]:
    """Put other people on duty for a stretch of time.

    Raises:
        NotFound: no such group.
    """
    group = await require_group(session, slug)
    row = _row(slug, new.starts_at, new.ends_at, new.people, new.instead_of, new.reason, by)
    session.add(row)
    await session.flush()
    await tell_roster(session, group)
    return [row]


async def swap(
    session: AsyncSession, slug: str, new: SwapNew, by: ActorRef
) -> list[DutySubstitution]:
    """Let two people take each other's stretch.

    Raises:
        NotFound: no such group.
    """
    group = await require_group(session, slug)
    first, second = new.first, new.second
    rows = [
        _row(slug, mine.starts_at, mine.ends_at, [theirs.person], mine.person, new.reason, by)
        for mine, theirs in ((first, second), (second, first))
    ]
    session.add_all(rows)
    await session.flush()
    await tell_roster(session, group)
    return rows


async def remove_substitution(session: AsyncSession, slug: str, substitution_id: UUID) -> None:
    """Take a substitution back: the rota holds again.

    Raises:
        NotFound: the group has none with this id.
    """
    group = await require_group(session, slug)
    row = await session.get(DutySubstitution, substitution_id)
    if row is None or row.group != slug:
        raise NotFound("This group has no substitution with this id.")
    await session.delete(row)
    await session.flush()
    await tell_roster(session, group)


async def substitutions_of(
    session: AsyncSession, slug: str, since: datetime
) -> Sequence[DutySubstitution]:
    """The substitutions of a group that are not over at `since`, in the order they were made."""
    return (
        await session.scalars(
            select(DutySubstitution)
            .where(DutySubstitution.group == slug, DutySubstitution.ends_at > since)
            .order_by(DutySubstitution.id)
        )
    ).all()


async def work_out(
    session: AsyncSession, slug: str, since: datetime, until: datetime
) -> list[Stretch]:
    """Who of a group is on duty between two times; one gap where it has no rota."""
    row = await get_rota(session, slug)
    if row is None:
        return []
    stored = {"zone": row.zone, "starts_on": row.starts_on, "shifts": row.shifts}
    rota = RotaNew.model_validate(stored).rota()
    rows = await substitutions_of(session, slug, since)
    return stretches(
        rota,
        [
            Substitution(each.starts_at, each.ends_at, tuple(each.people), each.instead_of)
            for each in rows
        ],
        since,
        until,
    )


async def tell_roster(session: AsyncSession, group: Group) -> None:
    """Tell the group and who of it is on duty in the coming weeks."""
    now = await database_now(session)
    until = now + AHEAD
    await emit(
        session,
        DutyRosterChanged(
            group=group.slug,
            name=group.name,
            name_zh=group.name_zh,
            chair=group.chair,
            members=tuple(group.members),
            deputies=group.deputies,
            shifts=tuple(
                Shift(starts_at=each.starts_at, ends_at=each.ends_at, people=each.people)
                for each in await work_out(session, group.slug, now, until)
            ),
            until=until,
        ),
    )


async def tell_all_rosters(session: AsyncSession) -> int:
    """Tell every group again: time went on. The number of groups."""
    groups = (await session.scalars(select(Group).order_by(Group.slug))).all()
    for group in groups:
        await tell_roster(session, group)
    return len(groups)


def _row(
    group: str,
    starts_at: datetime,
    ends_at: datetime,
    people: Sequence[str],
    instead_of: str | None,
    reason: str | None,
    by: ActorRef,
) -> DutySubstitution:
    return DutySubstitution(
        group=group,
        starts_at=starts_at,
        ends_at=ends_at,
        people=list(people),
        instead_of=instead_of,
        reason=reason,
        by=by.model_dump(mode="json"),
    )
