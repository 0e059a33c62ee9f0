"""Use cases of warnings: what judgements do to them, and what people do."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.warnings.levels import Decision, Move
from services.monitor.warnings.models import WarningRecord, WarningStatus
from services.monitor.warnings.notice import Notice
from services.monitor.warnings.reasons import reason
from shared.contracts.actors import ActorRef
from shared.contracts.incidents import IncidentOpened
from shared.contracts.warnings import (
    WarningAcknowledged,
    WarningDismissed,
    WarningEnded,
    WarningLevelChanged,
    WarningRaised,
)
from shared.db import database_now
from shared.errors import Conflict
from shared.events import emit
from shared.rows import find_row, lock_row


async def carry_out(
    session: AsyncSession, notice: Notice, decision: Decision, resurgence_of: UUID | None = None
) -> None:
    """Do what a judgement decided: raise, change or end the warning of a story; `resurgence_of` an
    incident, where its matter is back.

    A judgement that leaves the level as it is only updates what the warning is called and counts.
    """
    warning = await session.scalar(
        select(WarningRecord).where(WarningRecord.story_id == notice.story_id)
    )
    now = await database_now(session)
    reasons = [reason(cause) for cause in decision.causes]
    level = decision.level
    if decision.move is Move.ENDED or level is None:
        if warning is not None and warning.status is not WarningStatus.ENDED:
            await end_warning(session, warning, now)
        return
    if warning is None:
        warning = notice.new_warning(level, now)
        session.add(warning)
    previous = warning.level
    warning.resurgence_of = resurgence_of or warning.resurgence_of
    warning.level = level
    warning.peak_level = max(level, warning.peak_level)
    warning.judged = decision.state.to_state() if decision.state else None
    warning.title, warning.post_count = notice.title, notice.post_count
    if decision.move in (Move.RAISED, Move.ROSE, Move.FELL):
        # Why it has this level: what was so when it got there. The story has the figures of now.
        warning.reasons = [item.model_dump(mode="json") for item in reasons]
        warning.evidence = [item.model_dump(mode="json") for item in notice.evidence]
        warning.changed_at, warning.warned_at = now, notice.at
    if decision.move in (Move.RAISED, Move.ROSE):
        # Whoever dismissed or acknowledged a lower level has not seen this one.
        warning.status = WarningStatus.ACTIVE
        warning.ended_at = None
    await session.flush()
    told = notice.facts(warning.id, level, reasons) | {"resurgence_of": warning.resurgence_of}
    if decision.move is Move.RAISED:
        await emit(session, WarningRaised(**told, evidence=notice.evidence))
    elif decision.move in (Move.ROSE, Move.FELL):
        await emit(
            session,
            WarningLevelChanged(**told, previous_level=previous, evidence=notice.evidence),
        )


async def acknowledge_warning(
    session: AsyncSession, warning_id: UUID, by: ActorRef
) -> WarningRecord:
    """Take note of a warning (确认). A second time changes nothing.

    Raises:
        NotFound: no such warning. Conflict: it was dismissed or has ended.
    """
    warning = await find_row(session, WarningRecord, warning_id, "warning", locked=True)
    if warning.status is WarningStatus.ACKNOWLEDGED:
        return warning
    if warning.status is not WarningStatus.ACTIVE:
        raise Conflict(f"The warning is {warning.status}; there is nothing to acknowledge.")
    warning.status = WarningStatus.ACKNOWLEDGED
    warning.acknowledged_by = by.model_dump(mode="json")
    warning.acknowledged_at = await database_now(session)
    await emit(session, WarningAcknowledged(warning_id=warning.id, by=by))
    return warning


async def dismiss_warning(
    session: AsyncSession, warning_id: UUID, why: str, by: ActorRef
) -> WarningRecord:
    """Judge that a warning needs no response. It comes back when its level rises.

    Raises:
        NotFound: no such warning. Conflict: it has ended, or an incident grew out of it.
    """
    warning = await find_row(session, WarningRecord, warning_id, "warning", locked=True)
    if warning.incident_id is not None:
        raise Conflict("An incident grew out of this warning: decide on the incident instead.")
    if warning.status is WarningStatus.ENDED:
        raise Conflict("The warning has ended; there is nothing to dismiss.")
    warning.status = WarningStatus.DISMISSED
    warning.dismissed_by = by.model_dump(mode="json")
    warning.dismissed_reason = why
    await emit(session, WarningDismissed(warning_id=warning.id, by=by, reason=why))
    return warning


async def note_incident(session: AsyncSession, opened: IncidentOpened) -> None:
    """Remember which incident grew out of a warning."""
    if opened.warning_id is None:
        return
    warning = await lock_row(session, WarningRecord, opened.warning_id)
    if warning is not None:
        warning.incident_id = opened.incident_id


async def get_warning(session: AsyncSession, warning_id: UUID) -> WarningRecord:
    """One warning.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, WarningRecord, warning_id, "warning")


async def end_warning(session: AsyncSession, warning: WarningRecord, now: datetime) -> None:
    """End a warning, and tell."""
    warning.status = WarningStatus.ENDED
    warning.judged = None
    warning.ended_at = warning.changed_at = now
    await emit(
        session,
        WarningEnded(
            warning_id=warning.id,
            story_id=warning.story_id,
            title=warning.title,
            peak_level=warning.peak_level,
        ),
    )
