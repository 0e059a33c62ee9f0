"""Use cases of notices: writing down what is said of a warning."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.notices.content import Change, message_of, rises
from services.monitor.notices.models import NoticeRecord, Occasion
from services.monitor.notices.scope import Scope, scope_of
from services.monitor.stories.models import StoryRecord
from shared.contracts.warnings import WarningDismissed, WarningEnded, WarningRaised
from shared.deliveries import Delivered
from shared.errors import NotFound
from shared.settings import Settings


async def write_notice(
    session: AsyncSession, delivered: Delivered[Change], settings: Settings
) -> NoticeRecord | None:
    """The notice of a warning that was raised, rose or fell; None if it is written already."""
    event = delivered.event
    message = message_of(
        event,
        occurred_at=delivered.occurred_at,
        public_url=settings.public_url,
        sector=settings.sector,
        scope=await _scope(session, event.story_id),
    )
    occasion = Occasion.RAISED if isinstance(event, WarningRaised) else Occasion.FELL
    if occasion is Occasion.FELL and rises(event):
        occasion = Occasion.ROSE
    return await _write(
        session,
        NoticeRecord(
            id=delivered.id,
            warning_id=event.warning_id,
            occasion=occasion,
            level=event.level,
            title=event.title,
            content=message,
            at=delivered.occurred_at,
            sample=event.sample,
        ),
    )


async def close_notice(
    session: AsyncSession, delivered: Delivered[WarningEnded] | Delivered[WarningDismissed]
) -> None:
    """Note that a warning ended or was dismissed: what was said last no longer holds."""
    last = await newest_notice(session, delivered.event.warning_id)
    if last is None:
        return
    ended = isinstance(delivered.event, WarningEnded)
    await _write(
        session,
        NoticeRecord(
            id=delivered.id,
            warning_id=last.warning_id,
            occasion=Occasion.ENDED if ended else Occasion.DISMISSED,
            level=last.level,
            title=last.title,
            content=last.content,
            at=delivered.occurred_at,
            sample=last.sample,
        ),
    )


async def newest_notice(session: AsyncSession, warning_id: UUID) -> NoticeRecord | None:
    """What was said of a warning last, None where nothing was."""
    found: NoticeRecord | None = await session.scalar(
        select(NoticeRecord)
        .where(NoticeRecord.warning_id == warning_id)
        .order_by(NoticeRecord.at.desc(), NoticeRecord.id.desc())
        .limit(1)
    )
    return found


async def require_notices(session: AsyncSession, warning_id: UUID) -> list[NoticeRecord]:
    """All that was said of a warning, oldest first.

    Raises:
        NotFound: nothing was.
    """
    rows = await session.scalars(
        select(NoticeRecord)
        .where(NoticeRecord.warning_id == warning_id)
        .order_by(NoticeRecord.at, NoticeRecord.id)
    )
    notices = list(rows)
    if not notices:
        raise NotFound("Nothing was said of a warning with this id.")
    return notices


async def _write(session: AsyncSession, notice: NoticeRecord) -> NoticeRecord | None:
    values = {column.key: getattr(notice, column.key) for column in NoticeRecord.__table__.columns}
    written = await session.scalar(
        insert(NoticeRecord).values(values).on_conflict_do_nothing().returning(NoticeRecord.id)
    )
    return notice if written is not None else None


async def _scope(session: AsyncSession, story_id: UUID) -> Scope | None:
    story = await session.get(StoryRecord, story_id)
    if story is None:
        return None
    return scope_of(story.tally, posts=story.posts, copies=story.copies, speed=story.speed)
