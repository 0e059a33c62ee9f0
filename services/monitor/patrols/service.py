"""Use cases of the registers of patrols: key sites and plans. Nothing here commits."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.patrols.models import PatrolPlan, PatrolSite
from services.monitor.patrols.rounds import open_due_rounds
from services.monitor.patrols.schemas import PlanNew, SiteNew
from shared.db import database_now
from shared.errors import Conflict, Invalid
from shared.rows import find_row
from shared.schemas import check_version


async def create_site(session: AsyncSession, new: SiteNew) -> PatrolSite:
    """Enter a key site into the register.

    Raises:
        Conflict: there is one of this name.
    """
    await _refuse_site_namesake(session, new.name, None)
    site = PatrolSite(**new.model_dump())
    session.add(site)
    await session.flush()
    await session.refresh(site)
    return site


async def change_site(
    session: AsyncSession, site_id: UUID, new: SiteNew, if_match: str | None
) -> PatrolSite:
    """Change a key site. One that no longer matters becomes inactive: rounds have named it.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Conflict.
    """
    site = await find_row(session, PatrolSite, site_id, "site")
    check_version(if_match, site.version)
    await _refuse_site_namesake(session, new.name, site_id)
    for name, value in new.model_dump().items():
        setattr(site, name, value)
    await session.flush()
    await session.refresh(site)
    return site


async def create_plan(session: AsyncSession, new: PlanNew) -> PatrolPlan:
    """Put a plan of rounds into service.

    Raises:
        Invalid: it names a site that is not there. Conflict: there is one of this name.
    """
    await _refuse_plan_namesake(session, new.name, None)
    values = await _values(session, new)
    plan = PatrolPlan(**values | {"starts_at": new.starts_at or await database_now(session)})
    session.add(plan)
    await session.flush()
    await session.refresh(plan)
    return plan


async def change_plan(
    session: AsyncSession, plan_id: UUID, new: PlanNew, if_match: str | None
) -> PatrolPlan:
    """Change a plan. What was due under the old one is opened first, and stays as it is.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Invalid, Conflict.
    """
    plan = await find_row(session, PatrolPlan, plan_id, "plan")
    check_version(if_match, plan.version)
    await _refuse_plan_namesake(session, new.name, plan_id)
    values = await _values(session, new)
    await open_due_rounds(session, only=plan_id)
    for name, value in values.items():
        if name != "starts_at" or value is not None:
            setattr(plan, name, value)
    await session.flush()
    await session.refresh(plan)
    return plan


async def _values(session: AsyncSession, new: PlanNew) -> dict[str, Any]:
    await _refuse_unknown_sites(session, new.sites)
    return new.model_dump() | {
        "sites": [str(site_id) for site_id in new.sites],
        "times": sorted(set(new.times)),
        "weekdays": sorted(set(new.weekdays)),
    }


async def _refuse_unknown_sites(session: AsyncSession, sites: Sequence[UUID]) -> None:
    known = set(await session.scalars(select(PatrolSite.id).where(PatrolSite.id.in_(sites))))
    if unknown := [site_id for site_id in sites if site_id not in known]:
        raise Invalid(
            f"/sites: there is no site {unknown[0]} in the register.",
            errors=[{"pointer": "/sites", "detail": f"There is no site {unknown[0]}."}],
        )


async def _refuse_site_namesake(session: AsyncSession, name: str, own: UUID | None) -> None:
    found = await session.scalar(select(PatrolSite.id).where(PatrolSite.name == name))
    if found is not None and found != own:
        raise Conflict(f"There is a site {name} already.")


async def _refuse_plan_namesake(session: AsyncSession, name: str, own: UUID | None) -> None:
    found = await session.scalar(select(PatrolPlan.id).where(PatrolPlan.name == name))
    if found is not None and found != own:
        raise Conflict(f"There is a plan {name} already.")
