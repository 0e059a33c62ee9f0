"""Use cases of opinion officers. Nothing here commits."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.officers.models import Officer
from services.monitor.officers.schemas import LONGEST_ENTRY, OfficerNew, StandingOut
from shared.contracts.actors import ActorRef
from shared.db import database_now
from shared.errors import Conflict, Invalid
from shared.rows import find_row
from shared.schemas import check_version

_STANDINGS = text("""
WITH told AS (
    SELECT DISTINCT ON (telling.officer_id, telling.report_id)
        telling.officer_id, telling.report_id, telling.told_at, report.state, report.post_id,
        telling.told_at <= report.first_told_at AS first
    FROM monitor.tellings AS telling
    JOIN monitor.reports AS report ON report.id = telling.report_id
    WHERE telling.officer_id IS NOT NULL
      AND telling.told_at >= now() - make_interval(days => :days)
    ORDER BY telling.officer_id, telling.report_id, telling.id
), met AS (
    SELECT told.officer_id, told.report_id, seen.at,
        extract(epoch FROM seen.at - told.told_at) / 60 AS lead
    FROM told
    CROSS JOIN LATERAL (
        SELECT min(post.received_at) AS at
        FROM monitor.mentions AS own
        JOIN monitor.mentions AS other ON other.story_id = own.story_id
        JOIN monitor.posts AS post ON post.id = other.post_id
        WHERE own.post_id = told.post_id AND post.origin IS NULL
    ) AS seen
    WHERE seen.at IS NOT NULL
)
SELECT officer.id AS officer_id, CAST(:days AS integer) AS days,
    count(told.report_id) AS reports,
    count(*) FILTER (WHERE told.first) AS first,
    count(*) FILTER (WHERE told.state IN ('taken_up', 'linked')) AS taken_up,
    count(*) FILTER (WHERE told.state = 'not_relevant') AS not_relevant,
    count(*) FILTER (WHERE told.state = 'new') AS waiting,
    count(met.report_id) AS met,
    count(*) FILTER (WHERE met.lead > 0) AS ahead,
    CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY met.lead) AS double precision)
        AS lead_minutes,
    max(told.told_at) AS last_report_at
FROM monitor.officers AS officer
LEFT JOIN told ON told.officer_id = officer.id
LEFT JOIN met ON met.officer_id = told.officer_id AND met.report_id = told.report_id
GROUP BY officer.id
ORDER BY reports DESC, officer.id
""")


async def active_officer(session: AsyncSession, user_id: str) -> Officer | None:
    """The officer who is signed in as `user_id`, while they are one."""
    query = select(Officer).where(Officer.user_id == user_id, Officer.active)
    officer: Officer | None = await session.scalar(query)
    return officer


async def register_officer(session: AsyncSession, new: OfficerNew, by: ActorRef) -> Officer:
    """Enter an officer into the register.

    Raises:
        Conflict: somebody is registered with this user. Invalid: the entry would hold too long.
    """
    await _refuse_namesake(session, new, None)
    officer = Officer(**await _values(session, new), added_by=by.model_dump(mode="json"))
    session.add(officer)
    await session.flush()
    await session.refresh(officer)
    return officer


async def change_officer(
    session: AsyncSession, officer_id: UUID, new: OfficerNew, if_match: str | None
) -> Officer:
    """Change an entry of the register. Those who leave the office are not deleted: their reports
    name them.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Conflict.
        Invalid: the entry would hold too long.
    """
    officer = await find_row(session, Officer, officer_id, "officer")
    check_version(if_match, officer.version)
    if officer.erased_at is not None:
        raise Conflict("This officer left and was erased. Enter them anew if they come back.")
    await _refuse_namesake(session, new, officer_id)
    for name, value in (await _values(session, new)).items():
        setattr(officer, name, value)
    await session.flush()
    await session.refresh(officer)
    return officer


async def standings(session: AsyncSession, days: int) -> list[StandingOut]:
    """What the reports of each officer were worth."""
    rows = await session.execute(_STANDINGS, {"days": days})
    return [StandingOut(**row._mapping) for row in rows]


async def _values(session: AsyncSession, new: OfficerNew) -> dict[str, Any]:
    latest = (await database_now(session) + LONGEST_ENTRY).date()
    if new.review_by is not None and new.review_by > latest:
        raise Invalid(
            f"/review_by: an entry about a person holds until {latest} at most.",
            errors=[{"pointer": "/review_by", "detail": f"At most {latest}."}],
        )
    return new.model_dump() | {"review_by": new.review_by or latest}


async def _refuse_namesake(session: AsyncSession, new: OfficerNew, own: UUID | None) -> None:
    if new.user_id is None:
        return
    others = select(Officer.name).where(Officer.user_id == new.user_id)
    if own is not None:
        others = others.where(Officer.id != own)
    if found := await session.scalar(others):
        raise Conflict(f"{found} is registered with this user already.")
