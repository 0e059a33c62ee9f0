"""A matter is back: a warning tells, and the old incident hears of it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.models import FollowUp
from services.monitor.aftermath.resurgence import QUIET, Return
from services.monitor.aftermath.subjects import incidents_of
from services.monitor.tracking.memory import Memory
from services.monitor.tracking.writing import notice_of, write_stories
from services.monitor.warnings.causes import Cause, Indicator
from services.monitor.warnings.levels import Decision, Move, WarningState
from services.monitor.warnings.models import WarningRecord
from services.monitor.warnings.reasons import reason
from services.monitor.warnings.service import carry_out
from shared.contracts.incidents import IncidentResurged
from shared.contracts.levels import WarningLevel
from shared.db import database_now
from shared.events import emit

# A matter that is known and comes back is no ordinary beginning.
_LEVEL = WarningLevel.YELLOW


async def is_worked_on(session: AsyncSession, story_id: UUID, incident_id: UUID) -> bool:
    """Whether another incident, which is not over, responds to the story already."""
    others = await incidents_of(session, story_id) - {incident_id}
    over = await session.scalars(
        select(FollowUp.incident_id).where(FollowUp.incident_id.in_(others))
    )
    return bool(others - set(over))


async def warn(
    session: AsyncSession,
    memory: Memory,
    follow_up: FollowUp,
    story_id: UUID,
    back: Return,
    platforms: set[str],
) -> None:
    """Warn of the story in which a matter is back, in the name of its incident, and tell that."""
    await memory.hold(session)
    now = (await database_now(session)).timestamp()
    tracked = memory.story(story_id)
    await memory.recall(session)
    cause = Cause(
        Indicator.RESURGENCE,
        back.heat,
        back.threshold,
        {"posts": float(back.posts), "seconds": QUIET},
    )
    state = tracked.warning
    move = Move.ROSE
    if state is None:
        move, state = Move.RAISED, WarningState(_LEVEL, _LEVEL)
    elif state.level.rank < _LEVEL.rank:
        state = WarningState(_LEVEL, max(_LEVEL, state.peak))
    tracked.warning = state
    tracked.changed = True
    await write_stories(session, memory, now)
    notice = notice_of(memory, tracked, tracked.clock(now))
    decision = Decision(move, state, (cause,))
    await carry_out(session, notice, decision, resurgence_of=follow_up.incident_id)
    warning_id = await session.scalar(
        select(WarningRecord.id).where(WarningRecord.story_id == story_id)
    )
    told = reason(cause)
    await emit(
        session,
        IncidentResurged(
            incident_id=follow_up.incident_id,
            story_id=story_id,
            warning_id=warning_id,
            title=tracked.title,
            posts=back.posts,
            platforms=tuple(sorted(platforms)),
            text=told.text,
            text_zh=told.text_zh,
        ),
    )
