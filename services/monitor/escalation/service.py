"""Use cases of escalation. Each runs in the caller's transaction and commits nothing.

Every step is one transaction: who is asked, what they are sent, when the next is due. A worker that
dies in between leaves it undone, and the clock of the database says that it is due.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.models import Alert
from services.monitor.alerts.service import Telling, tell, withdraw_requests
from services.monitor.escalation.ladder import Ending, Rung, next_rung, order_of
from services.monitor.escalation.models import Escalation, EscalationStep
from services.monitor.routing.directory import on_duty, read_directory
from services.monitor.routing.models import DutyRoster
from services.monitor.routing.plan import Directory, Ladder, Tell
from services.monitor.warnings.models import WarningRecord, WarningStatus
from shared.contracts.actors import ActorRef
from shared.contracts.warnings import EscalationEnded, EscalationStepped
from shared.db import database_now
from shared.events import emit

_DUE_AT_ONCE = 50
_UNREACHED_AFTER = timedelta(minutes=1)

_ENDED_BY = {
    WarningStatus.ACKNOWLEDGED: Ending.ACKNOWLEDGED,
    WarningStatus.DISMISSED: Ending.DISMISSED,
    WarningStatus.ENDED: Ending.CALMED,
}


async def begin(
    session: AsyncSession, telling: Telling, ladders: Sequence[Ladder], directory: Directory
) -> None:
    """Ask the first of each group to acknowledge a warning; what was asked at a lower level ends.

    What was begun for this event is not begun again.
    """
    if telling.warning_id is None or telling.level is None:
        return
    begun = set(
        await session.scalars(
            select(Escalation.group).where(Escalation.event_id == telling.event_id)
        )
    )
    if not begun:
        await end(session, telling.warning_id, Ending.SUPERSEDED)
    now = await database_now(session)
    for ladder in ladders:
        if ladder.group in begun:
            continue
        escalation = Escalation(
            event_id=telling.event_id,
            warning_id=telling.warning_id,
            group=ladder.group,
            level=telling.level,
            wait_seconds=ladder.wait_seconds,
            rounds=ladder.rounds,
            message={"title": telling.title, "message": dict(telling.message)},
            started_at=now,
            next_at=now,
        )
        session.add(escalation)
        await session.flush()
        await _step(session, escalation, directory, now)


async def step_those_due(session: AsyncSession) -> int:
    """Ask the next in order wherever the time of the last is over, or they cannot be reached; the
    number of escalations."""
    now = await database_now(session)
    await session.execute(
        update(Escalation)
        .where(Escalation.ending.is_(None), Escalation.next_at > now, _unreached(now))
        .values(next_at=now)
    )
    due = (
        await session.scalars(
            select(Escalation)
            .where(Escalation.ending.is_(None), Escalation.next_at <= now)
            .order_by(Escalation.next_at)
            .limit(_DUE_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not due:
        return 0
    directory = await read_directory(session, now)
    for escalation in due:
        # What happened to the warning may be on its way to us still.
        status = await session.scalar(
            select(WarningRecord.status).where(WarningRecord.id == escalation.warning_id)
        )
        if status in _ENDED_BY:
            await _end(session, escalation, _ENDED_BY[status], now)
        else:
            await _step(session, escalation, directory, now)
    return len(due)


def _unreached(now: datetime) -> ColumnElement[bool]:
    """Whether whoever was asked last was sent nothing that arrived: each way to them failed twice,
    and they had a minute. A server that restarts wakes nobody else."""
    last = (
        select(func.max(EscalationStep.number))
        .where(EscalationStep.escalation_id == Escalation.id)
        .correlate(Escalation)
        .scalar_subquery()
    )
    asked = (
        select(Alert.id)
        .join(
            EscalationStep,
            and_(EscalationStep.number == Alert.step, EscalationStep.person == Alert.recipient),
        )
        .where(
            Alert.event_id == Escalation.event_id,
            EscalationStep.escalation_id == Escalation.id,
            EscalationStep.number == last,
            EscalationStep.asked_at <= now - _UNREACHED_AFTER,
        )
        .correlate(Escalation)
    )
    failed = and_(Alert.error.is_not(None), Alert.attempts >= 2)
    return and_(asked.where(failed).exists(), ~asked.where(~failed).exists())


async def end(
    session: AsyncSession, warning_id: UUID, ending: Ending, by: ActorRef | None = None
) -> None:
    """Ask nobody any more about a warning, and take back what is still on its way."""
    now = await database_now(session)
    running = await session.scalars(
        select(Escalation)
        .where(Escalation.warning_id == warning_id, Escalation.ending.is_(None))
        .with_for_update()
    )
    for escalation in running:
        await _end(session, escalation, ending, now, by)
    await withdraw_requests(session, warning_id)


async def rungs_of(session: AsyncSession, group: str, now: datetime) -> list[Rung]:
    """Everybody of a group who may be asked at `now`, in their order."""
    roster = await session.get(DutyRoster, group)
    if roster is None:
        return []
    return order_of(
        on_duty=on_duty(roster, now),
        deputies=roster.deputies,
        members=roster.members,
        chair=roster.chair,
    )


async def steps_of(session: AsyncSession, escalation_id: UUID) -> list[EscalationStep]:
    """Who was asked, in order."""
    rows = await session.scalars(
        select(EscalationStep)
        .where(EscalationStep.escalation_id == escalation_id)
        .order_by(EscalationStep.number)
    )
    return list(rows)


async def _step(
    session: AsyncSession, escalation: Escalation, directory: Directory, now: datetime
) -> None:
    """Ask the next who can be reached; end where everybody was asked."""
    asked = [step.person for step in await steps_of(session, escalation.id)]
    order = await rungs_of(session, escalation.group, now)
    while rung := next_rung(order, asked, rounds=escalation.rounds):
        asked.append(rung.person)
        if await _ask(session, escalation, rung, len(asked), directory, now):
            escalation.next_at = now + timedelta(seconds=escalation.wait_seconds)
            return
    await _end(session, escalation, Ending.EXHAUSTED, now)


async def _ask(
    session: AsyncSession,
    escalation: Escalation,
    rung: Rung,
    number: int,
    directory: Directory,
    now: datetime,
) -> bool:
    """Record a step, and send it; False where there is no way to them."""
    person = directory.people.get(rung.person)
    channels = [
        channel
        for channel in (person.channels(escalation.level, asked=True) if person else ())
        if channel in directory.channels
    ]
    session.add(
        EscalationStep(
            escalation_id=escalation.id,
            number=number,
            person=rung.person,
            role=rung.role,
            channels=channels,
            asked_at=now,
        )
    )
    telling = Telling(
        event_id=escalation.event_id,
        title=escalation.message["title"],
        message=escalation.message["message"]
        | {"asked": {"role": rung.role, "minutes": escalation.wait_seconds / 60}},
        warning_id=escalation.warning_id,
        level=escalation.level,
    )
    await tell(session, telling, [Tell(each, rung.person) for each in channels], step=number)
    await emit(
        session,
        EscalationStepped(
            warning_id=escalation.warning_id,
            group=escalation.group,
            level=escalation.level,
            step=number,
            person=rung.person,
            role=rung.role,
            channels=tuple(channels),
        ),
    )
    return bool(channels)


async def _end(
    session: AsyncSession,
    escalation: Escalation,
    ending: Ending,
    now: datetime,
    by: ActorRef | None = None,
) -> None:
    escalation.ending, escalation.ended_at, escalation.next_at = ending, now, None
    escalation.ended_by = by.model_dump(mode="json") if by else None
    await emit(
        session,
        EscalationEnded(
            warning_id=escalation.warning_id,
            group=escalation.group,
            level=escalation.level,
            ending=ending,
            steps=len(await steps_of(session, escalation.id)),
            by=by,
        ),
    )
