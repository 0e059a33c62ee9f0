"""Reading rounds, and how well sites are looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.patrols.models import Finding, PatrolCheck, PatrolRound, RoundState
from services.monitor.patrols.schemas import (
    CheckOut,
    Coverage,
    PlanCoverage,
    RoundOut,
    SiteCoverage,
)
from shared.db import database_now
from shared.paging import Paging
from shared.rows import find_row

_SITES = text("""
SELECT site.id AS site_id, site.name, site.platform, site.priority, site.active,
    max(looked.ticked_at) AS last_looked_at,
    count(*) FILTER (WHERE looked.ticked_at >= now() - make_interval(days => :days)) AS looks,
    count(*) FILTER (WHERE looked.finding = 'found'
                     AND looked.ticked_at >= now() - make_interval(days => :days)) AS finds
FROM monitor.patrol_sites AS site
LEFT JOIN monitor.patrol_checks AS looked
  ON looked.site_id = site.id AND looked.ticked_at IS NOT NULL
GROUP BY site.id
ORDER BY site.active DESC, last_looked_at NULLS FIRST, site.name
""")
_PLANS = text("""
SELECT plan.id AS plan_id, plan.name, plan.active, count(round.id) AS rounds,
    count(*) FILTER (WHERE round.state = 'done' AND round.done_at <= round.late_at) AS on_time,
    count(*) FILTER (WHERE round.state = 'done' AND round.done_at > round.late_at) AS late,
    count(*) FILTER (WHERE round.state = 'missed') AS missed,
    count(*) FILTER (WHERE round.state = 'open') AS open,
    coalesce(sum(found.finds), 0) AS finds
FROM monitor.patrol_plans AS plan
LEFT JOIN monitor.patrol_rounds AS round
  ON round.plan_id = plan.id AND round.due_at >= now() - make_interval(days => :days)
LEFT JOIN LATERAL (
    SELECT count(*) AS finds FROM monitor.patrol_checks AS looked
    WHERE looked.round_id = round.id AND looked.finding = 'found'
) AS found ON true
GROUP BY plan.id
ORDER BY plan.active DESC, plan.name
""")


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """Which rounds are wanted; None asks for all."""

    state: Sequence[RoundState] | None = None
    plan: UUID | None = None
    since: datetime | None = None


async def list_rounds(
    session: AsyncSession, page: Paging, wanted: RoundFilter
) -> tuple[list[RoundOut], str | None]:
    """One page of rounds, newest first, and the cursor of the next."""
    query = select(PatrolRound)
    if wanted.state:
        query = query.where(PatrolRound.state.in_(wanted.state))
    if wanted.plan is not None:
        query = query.where(PatrolRound.plan_id == wanted.plan)
    if wanted.since is not None:
        query = query.where(PatrolRound.due_at >= wanted.since)
    rows, cursor = await page.rows(session, query, PatrolRound.id)
    return await complete(session, rows), cursor


async def get_round(session: AsyncSession, round_id: UUID) -> RoundOut:
    """One round.

    Raises:
        NotFound: there is none with this id.
    """
    found = await find_row(session, PatrolRound, round_id, "round")
    return (await complete(session, [found]))[0]


async def complete(session: AsyncSession, rounds: Sequence[PatrolRound]) -> list[RoundOut]:
    """Add the places of rounds, and whether they are late."""
    now = await database_now(session)
    checks: dict[UUID, list[CheckOut]] = {}
    wanted = PatrolCheck.round_id.in_([found.id for found in rounds])
    query = select(PatrolCheck).where(wanted).order_by(PatrolCheck.position)
    for check in await session.scalars(query):
        checks.setdefault(check.round_id, []).append(CheckOut.model_validate(check))
    return [_shown(found, checks.get(found.id, []), now) for found in rounds]


async def coverage(session: AsyncSession, days: int) -> Coverage:
    """How well sites are looked at, and how the rounds of each plan went."""
    sites = await session.execute(_SITES, {"days": days})
    plans = await session.execute(_PLANS, {"days": days})
    return Coverage(
        days=days,
        sites=[SiteCoverage(**row._mapping) for row in sites],
        plans=[PlanCoverage(**row._mapping) for row in plans],
    )


def _shown(found: PatrolRound, checks: list[CheckOut], now: datetime) -> RoundOut:
    added = {
        "late": found.state is RoundState.MISSED or (found.done_at or now) > found.late_at,
        "places": len(checks),
        "looked": sum(check.finding is not None for check in checks),
        "finds": sum(check.finding is Finding.FOUND for check in checks),
        "checks": checks,
    }
    values = {name: getattr(found, name) for name in RoundOut.model_fields if name not in added}
    return RoundOut.model_validate(values | added)
