"""A detector that has seen what is stored: what was imported is known at once."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.surge.carrying import MOST_EMPTY
from services.monitor.surge.detector import SurgeDetector
from services.monitor.surge.settings import DEFAULT_SETTINGS
from shared.ids import first_id

_STEP = int(DEFAULT_SETTINGS.step)
# A watch with more mentions in four weeks has learned them as they came; to count them takes long.
_MOST_MENTIONS = 200_000

_COUNTS = text("""
SELECT floor(extract(epoch FROM published_at) / :step)::bigint AS bin, count(*)::int AS mentions
FROM (
    SELECT published_at FROM monitor.mentions
    WHERE watch_id = :watch AND post_id >= :arrived
      AND published_at >= :since AND published_at < :until
    LIMIT :most
) AS stored
GROUP BY 1
""")


async def warm_detector(
    session: AsyncSession, watch_id: UUID, number: int
) -> tuple[SurgeDetector, int]:
    """A detector that has seen the mentions that were published in the four weeks before bin
    `number`, as far as they are stored, and the first bin of its history."""
    since = datetime.fromtimestamp((number - MOST_EMPTY) * _STEP, tz=UTC)
    rows = await session.execute(
        _COUNTS,
        {
            "step": _STEP,
            "watch": watch_id,
            "arrived": first_id(since),
            "since": since,
            "until": datetime.fromtimestamp(number * _STEP, tz=UTC),
            "most": _MOST_MENTIONS,
        },
    )
    counts = {row.bin: row.mentions for row in rows}
    detector = SurgeDetector()
    if not counts or sum(counts.values()) >= _MOST_MENTIONS:
        return detector, number
    first = min(counts)
    for each in range(first, number):
        detector.weigh(each * _STEP, counts.get(each, 0))
    return detector, first
