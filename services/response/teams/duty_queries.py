"""Reading rosters."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.response.teams import duty
from services.response.teams.duty_schemas import (
    OnDutyOut,
    RosterOut,
    ShiftIn,
    StretchOut,
    SubstitutionOut,
)
from services.response.teams.models import Group
from services.response.teams.rota import Stretch, gaps
from shared.db import database_now

# As far as gaps are looked for.
_AHEAD = timedelta(days=14)


async def group_on_duty(session: AsyncSession, group: Group) -> OnDutyOut:
    """A group, who of it is on duty now, and when nobody will be within two weeks."""
    return OnDutyOut(**await _now(session, group))


async def roster_of(
    session: AsyncSession, group: Group, since: datetime, until: datetime
) -> RosterOut:
    """The roster of a group, worked out from `since` to `until`."""
    rota = await duty.get_rota(session, group.slug)
    found = await duty.work_out(session, group.slug, since, until)
    substitutions = await duty.substitutions_of(session, group.slug, since)
    return RosterOut(
        **await _now(session, group),
        zone=rota.zone if rota else None,
        starts_on=rota.starts_on if rota else None,
        shifts=[ShiftIn.model_validate(shift) for shift in (rota.shifts if rota else ())],
        substitutions=[SubstitutionOut.model_validate(row) for row in substitutions],
        stretches=[_out(each) for each in found],
        version=rota.version if rota else 0,
        edition=str(rota.version if rota else 0),
    )


async def _now(session: AsyncSession, group: Group) -> dict[str, Any]:
    now = await database_now(session)
    ahead = await duty.work_out(session, group.slug, now, now + _AHEAD)
    return {
        "group": group.slug,
        "name": group.name,
        "name_zh": group.name_zh,
        "chair": group.chair,
        "deputies": group.deputies,
        "members": group.members,
        "now": list(ahead[0].people) if ahead else [],
        "until": ahead[0].ends_at if ahead else None,
        "gaps": [_out(gap) for gap in gaps(ahead)],
        "has_rota": bool(ahead),
    }


def _out(stretch: Stretch) -> StretchOut:
    return StretchOut(
        starts_at=stretch.starts_at, ends_at=stretch.ends_at, people=list(stretch.people)
    )
