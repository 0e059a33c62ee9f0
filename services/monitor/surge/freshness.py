"""Which mentions say nothing new of how much is being said."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.surge.detector import Surge
from services.monitor.surge.settings import DEFAULT_SETTINGS
from shared.ids import first_id

# What was published so long before the span is what a source brings after a break.
_BACKLOG = timedelta(hours=6)
# So long a source is new, or has just come back after a silence of at least two days: what it
# brings is not yet part of what is usual.
_NEW = timedelta(days=3)
_LONG_SILENCE = timedelta(days=2)

# A time on the full hour may be a date without a time, and is no sign of age.
_COUNT = text("""
SELECT count(*)
FROM monitor.mentions AS mention
JOIN monitor.posts AS post ON post.id = mention.post_id
WHERE mention.watch_id = :watch AND mention.post_id >= :since AND mention.post_id < :until
  AND mention.published_at >= :oldest
  AND (
    (mention.published_at < :fresh AND extract(epoch FROM mention.published_at)::bigint % 3600 <> 0)
    OR post.source_id >= :added
    OR EXISTS (
        SELECT 1 FROM monitor.source_alarms AS alarm
        WHERE alarm.source_id = post.source_id AND alarm.ended_at >= :returned
          AND alarm.ended_at - alarm.began_at >= :silence
    )
  )
""")


async def count_stale(
    session: AsyncSession, watch_id: UUID, surge: Surge, oldest: timedelta
) -> int:
    """The mentions in the span of a surge that are the backlog of a source, or come from one that
    is new or was silent for days; of those that the detector counted, no older than `oldest`."""
    until = datetime.fromtimestamp(surge.at + DEFAULT_SETTINGS.step, tz=UTC)
    began = until - timedelta(seconds=surge.seconds)
    found = await session.scalar(
        _COUNT,
        {
            "watch": watch_id,
            "since": first_id(began),
            "until": first_id(until),
            "oldest": began - oldest,
            "fresh": began - _BACKLOG,
            "added": first_id(until - _NEW),
            "returned": began - _NEW,
            "silence": _LONG_SILENCE,
        },
    )
    return int(found or 0)
