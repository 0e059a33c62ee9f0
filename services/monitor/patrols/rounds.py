"""Rounds: opened when they are due, walked by people, missed when nobody does.

Nothing here commits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.patrols.calendar import due_times, next_due
from services.monitor.patrols.models import (
    Finding,
    PatrolCheck,
    PatrolPlan,
    PatrolRound,
    PatrolSite,
    Priority,
    RoundState,
)
from services.monitor.patrols.schemas import TickNew, calendar_of
from services.monitor.pictures.models import Picture
from services.monitor.reports.telling import Told, tell
from services.monitor.routing.directory import on_duty
from services.monitor.routing.models import DutyRoster
from shared.contracts.actors import ActorRef
from shared.contracts.posts import OriginKind
from shared.contracts.reports import PatrolMissed
from shared.db import database_now
from shared.errors import Conflict, NotFound
from shared.events import emit
from shared.ids import new_id
from shared.rows import find_row, lock_row

# After a time without this system, rounds of so long ago still enter the record, as missed.
_LOOK_BACK = timedelta(days=7)
# A round is missed when the next one is due, and in any case after a day.
_LONGEST = timedelta(days=1)
_ORDER = {Priority.HIGH: 0, Priority.NORMAL: 1, Priority.LOW: 2}


async def open_due_rounds(session: AsyncSession, *, only: UUID | None = None) -> None:
    """Open the rounds that became due since their plans were last changed: each once, however often
    and by however many this is asked."""
    now = await database_now(session)
    plans = select(PatrolPlan).where(PatrolPlan.active)
    if only is not None:
        plans = plans.where(PatrolPlan.id == only)
    for plan in await session.scalars(plans):
        since = max(plan.changed_at, now - _LOOK_BACK)
        for due_at in due_times(calendar_of(plan), since, now):
            await _open(session, plan, due_at)


async def open_round(session: AsyncSession, plan_id: UUID) -> PatrolRound:
    """Open a round by hand, now.

    Raises:
        NotFound: no such plan. Conflict: a round of it was opened at this very moment.
    """
    plan = await find_row(session, PatrolPlan, plan_id, "plan")
    opened = await _open(session, plan, await database_now(session))
    if opened is None:
        raise Conflict("A round of this plan was opened at this moment.")
    return await find_row(session, PatrolRound, opened, "round")


async def close_missed_rounds(session: AsyncSession) -> None:
    """Rounds that nobody ended in time are missed, and stay on record as such."""
    missed = await session.scalars(
        update(PatrolRound)
        .where(PatrolRound.state == RoundState.OPEN, PatrolRound.closes_at <= func.now())
        .values(state=RoundState.MISSED)
        .returning(PatrolRound)
    )
    of_plans: dict[UUID, list[PatrolRound]] = {}
    for found in missed:
        of_plans.setdefault(found.plan_id, []).append(found)
    for plan_id, together in of_plans.items():
        last = max(together, key=lambda found: found.due_at)
        await emit(
            session,
            PatrolMissed(
                plan_id=plan_id,
                name=last.name,
                rounds=len(together),
                due_at=last.due_at,
                sample=last.sample,
            ),
        )


async def tick(
    session: AsyncSession,
    round_id: UUID,
    check_id: UUID,
    new: TickNew,
    pictures: Sequence[Picture],
    by: ActorRef,
) -> PatrolRound:
    """Say what was seen at a place. What was found becomes a report with its post.

    Raises:
        NotFound: no such round or place. Conflict: the round is over, or something was reported
            from there. Invalid: the text cannot be a post.
    """
    walked = await _under_way(session, round_id)
    check = await lock_row(session, PatrolCheck, check_id)
    if check is None or check.round_id != round_id:
        raise NotFound("There is no such place in this round.")
    if new.finding is Finding.NOTHING and check.report_id is not None:
        raise Conflict("Something was reported from here. Say in the inbox that it is not so.")
    if new.finding is Finding.FOUND:
        told = Told(
            kind=OriginKind.PATROL,
            by=by,
            link=new.link,
            text=new.text,
            concerns=check.name,
            urgency=new.urgency,
            pictures=pictures,
        )
        check.report_id = (await tell(session, told)).report.id
    check.finding = new.finding
    check.note = new.note or None
    check.ticked_by = by.model_dump(mode="json")
    check.ticked_at = await database_now(session)
    await session.flush()
    return walked


async def complete_round(
    session: AsyncSession, round_id: UUID, note: str, by: ActorRef
) -> PatrolRound:
    """End a round, by name.

    Raises:
        NotFound: no such round. Conflict: it is over, or places were not looked at and nobody says
            why.
    """
    walked = await _under_way(session, round_id)
    left = select(func.count()).where(
        PatrolCheck.round_id == round_id, PatrolCheck.finding.is_(None)
    )
    unseen = await session.scalar(left) or 0
    if unseen and not note:
        raise Conflict(f"{unseen} places were not looked at. Look, or say in the note why not.")
    walked.state = RoundState.DONE
    walked.note = note or None
    walked.done_by = by.model_dump(mode="json")
    walked.done_at = await database_now(session)
    await session.flush()
    return walked


async def _under_way(session: AsyncSession, round_id: UUID) -> PatrolRound:
    found = await find_row(session, PatrolRound, round_id, "round", locked=True)
    if found.state is not RoundState.OPEN:
        raise Conflict(f"This round is {found.state}. Open a new one to look again.")
    return found


async def _open(session: AsyncSession, plan: PatrolPlan, due_at: datetime) -> UUID | None:
    """The id of a new round, or None where it is open already."""
    late_at = due_at + timedelta(minutes=plan.minutes)
    following = next_due(calendar_of(plan), due_at, _LONGEST) or due_at + _LONGEST
    opened: UUID | None = await session.scalar(
        insert(PatrolRound)
        .values(
            id=new_id(),
            plan_id=plan.id,
            name=plan.name,
            due_at=due_at,
            late_at=late_at,
            closes_at=max(late_at, following),
            assignee=await _whose_duty(session, plan, due_at),
            state=RoundState.OPEN,
            sample=plan.sample,
        )
        .on_conflict_do_nothing()
        .returning(PatrolRound.id)
    )
    if opened is None:
        return None
    places = [
        PatrolCheck(
            round_id=opened,
            position=position,
            site_id=site.id,
            name=site.name,
            url=site.url,
            how=site.how or None,
        )
        for position, site in enumerate(await _sites_of(session, plan))
    ]
    questions = [
        PatrolCheck(round_id=opened, position=position, name=question)
        for position, question in enumerate(plan.checklist, start=len(places))
    ]
    session.add_all(places + questions)
    await session.flush()
    return opened


async def _whose_duty(
    session: AsyncSession, plan: PatrolPlan, at: datetime
) -> dict[str, Any] | None:
    """The first of the plan's group who is on duty then; else whom the plan names."""
    roster = await session.get(DutyRoster, plan.duty_group) if plan.duty_group else None
    people = on_duty(roster, at) if roster else []
    return {"id": f"user:{people[0]}", "name": people[0]} if people else plan.assignee


async def _sites_of(session: AsyncSession, plan: PatrolPlan) -> Sequence[PatrolSite]:
    """Active sites of a plan, in the order of the plan; all of them, by priority and name, where it
    names none."""
    active = (await session.scalars(select(PatrolSite).where(PatrolSite.active))).all()
    if not plan.sites:
        return sorted(active, key=lambda site: (_ORDER[site.priority], site.name))
    known = {str(site.id): site for site in active}
    return [known[site_id] for site_id in dict.fromkeys(plan.sites) if site_id in known]
