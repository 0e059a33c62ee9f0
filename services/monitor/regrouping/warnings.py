"""What becomes of warnings when stories are merged, split, or separated again.

A story has one warning. Of two, that stays which has an incident; else the one in force, the graver
one, the survivor's own. The other one ends. A split leaves the warning with the story that it was
raised for, and the new story is judged by its own figures.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.warnings.levels import WarningState
from services.monitor.warnings.models import WarningRecord, WarningStatus
from services.monitor.warnings.service import end_warning
from shared.db import database_now
from shared.ids import new_id


async def warnings_of(session: AsyncSession, *stories: UUID) -> list[WarningRecord]:
    """The warnings of these stories, locked."""
    query = select(WarningRecord).where(WarningRecord.story_id.in_(stories))
    return list(
        (
            await session.scalars(
                query.order_by(WarningRecord.id)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        ).all()
    )


async def join_warnings(
    session: AsyncSession, warnings: Sequence[WarningRecord], *, into: UUID, other: UUID
) -> WarningState | None:
    """Leave one warning with the story `into`, and answer with its state."""
    if not warnings:
        return None
    kept = max(warnings, key=lambda warning: _standing(warning, into))
    for warning in warnings:
        if warning is not kept and warning.status is not WarningStatus.ENDED:
            await end_warning(session, warning, await database_now(session))
    await _place(session, [(each, into if each is kept else other) for each in warnings])
    return None if kept.judged is None else WarningState.from_state(kept.judged)


async def part_warnings(
    session: AsyncSession, warnings: Sequence[WarningRecord], before: Sequence[dict[str, Any]]
) -> None:
    """Give each warning back to the story that it had `before`, as far as it is still there.

    One that a merge ended goes on as it was, while the one that stayed is in force: where that has
    ended since, the matter is over, and its figures alone may raise a warning again.
    """
    was = {UUID(entry["id"]): entry for entry in before}
    await _place(
        session,
        [(warning, UUID(was[warning.id]["story_id"])) for warning in warnings if warning.id in was],
    )
    goes_on = any(warning.status is not WarningStatus.ENDED for warning in warnings)
    for warning in warnings if goes_on else ():
        entry = was.get(warning.id)
        if entry and entry["judged"] and warning.status is WarningStatus.ENDED:
            warning.status = WarningStatus(entry["status"])
            warning.judged, warning.ended_at = entry["judged"], None
    await session.flush()


def written(warnings: Sequence[WarningRecord]) -> list[dict[str, Any]]:
    """What must be known of warnings to restore them."""
    return [
        {
            "id": str(warning.id),
            "story_id": str(warning.story_id),
            "status": str(warning.status),
            "judged": warning.judged,
        }
        for warning in warnings
    ]


def _standing(warning: WarningRecord, into: UUID) -> tuple[bool, bool, int, bool]:
    in_force = warning.status is not WarningStatus.ENDED
    return (
        warning.incident_id is not None,
        in_force,
        warning.level.rank if in_force else 0,
        warning.story_id == into,
    )


async def _place(session: AsyncSession, places: Sequence[tuple[WarningRecord, UUID]]) -> None:
    """Put warnings to their stories; two may change places, though a story has only one."""
    moving = [(warning, story) for warning, story in places if warning.story_id != story]
    for warning, _ in moving:
        warning.story_id = new_id()
    await session.flush()
    for warning, story in moving:
        warning.story_id = story
    await session.flush()
