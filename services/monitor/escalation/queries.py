"""Reading escalations: who was asked, how far it got, who is next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.models import Alert
from services.monitor.escalation.ladder import Rung, next_rung
from services.monitor.escalation.models import Escalation, EscalationStep
from services.monitor.escalation.schemas import (
    DeliveryOut,
    EscalationOut,
    NextOut,
    StepOut,
)
from services.monitor.escalation.service import rungs_of, steps_of
from services.monitor.routing.models import DutyRoster
from services.monitor.routing.plan import Directory, Ladder
from services.monitor.routing.schemas import AskedOut, LadderOut
from shared.db import database_now

_MOST = 50


async def escalations_of(session: AsyncSession, warning_id: UUID) -> list[EscalationOut]:
    """The escalations of a warning, newest first."""
    rows = await session.scalars(
        select(Escalation)
        .where(Escalation.warning_id == warning_id)
        .order_by(Escalation.id.desc())
        .limit(_MOST)
    )
    now = await database_now(session)
    return [await _shown(session, row, now) for row in rows]


async def _shown(session: AsyncSession, row: Escalation, now: datetime) -> EscalationOut:
    steps = await steps_of(session, row.id)
    alerts = (
        await session.scalars(
            select(Alert).where(Alert.event_id == row.event_id, Alert.step > 0).order_by(Alert.id)
        )
    ).all()
    roster = await session.get(DutyRoster, row.group)
    following = None
    if row.ending is None:
        order = await rungs_of(session, row.group, now)
        following = next_rung(order, [step.person for step in steps], rounds=row.rounds)
    return EscalationOut(
        id=row.id,
        warning_id=row.warning_id,
        group=row.group,
        group_name=roster.name if roster else row.group,
        group_name_zh=roster.name_zh if roster else row.group,
        level=row.level,
        wait_seconds=row.wait_seconds,
        started_at=row.started_at,
        steps=[_step(step, alerts) for step in steps],
        next=NextOut(person=following.person, role=following.role) if following else None,
        next_at=row.next_at,
        ending=row.ending,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def _step(step: EscalationStep, alerts: Sequence[Alert]) -> StepOut:
    mine = [
        alert for alert in alerts if alert.step == step.number and alert.recipient == step.person
    ]
    return StepOut(
        number=step.number,
        person=step.person,
        role=step.role,
        asked_at=step.asked_at,
        deliveries=[DeliveryOut.model_validate(alert) for alert in mine],
    )


async def ladder_ahead(
    session: AsyncSession, ladder: Ladder, directory: Directory, now: datetime
) -> LadderOut:
    """Who would be asked, and when, if nobody acknowledged, by the roster as it stands at `now`."""
    asked: list[AskedOut] = []
    at = 0
    order: list[Rung] = await rungs_of(session, ladder.group, now)
    for rung in order:
        person = directory.people.get(rung.person)
        channels = [
            contact.channel
            for contact in (person.contacts if person else ())
            if contact.channel in directory.channels
        ]
        asked.append(
            AskedOut(
                person=rung.person,
                role=rung.role,
                at=now + timedelta(seconds=at),
                channels=channels,
            )
        )
        at += ladder.wait_seconds if channels else 0
    return LadderOut(group=ladder.group, wait_seconds=ladder.wait_seconds, asked=asked)
