"""Reading how sources do."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.coverage.expectation import Usual
from services.monitor.coverage.models import SourceAlarm, SourceUsual
from services.monitor.coverage.schemas import (
    AlarmOut,
    CoverageOut,
    DayOut,
    LagOut,
    PlatformOut,
    StatisticsOut,
    UsualOut,
    VolumeOut,
    VolumesOut,
)
from services.monitor.sources.models import Source, SourceHour
from services.monitor.sources.schemas import SourceState, state_of
from shared.db import database_now
from shared.rows import find_row

_SAMPLE = 1_000
_ALARMS = 20

_DAYS = text("""
SELECT (hour AT TIME ZONE 'UTC')::date AS day, sum(posts)::int AS posts, sum(known)::int AS known,
       sum(readings)::int AS readings, sum(failures)::int AS failures
FROM monitor.source_hours WHERE source_id = :source AND hour >= :since
GROUP BY 1 ORDER BY 1
""")

# Of the newest posts: which were asked for, which repeat words that had come before, how late they
# were. A copy is a post whose words an older row has; ids are in the order of arrival.
_SHARES = text("""
WITH newest AS MATERIALIZED (
    SELECT id, text_hash, extract(epoch FROM received_at - published_at)::float8 AS lag
    FROM monitor.posts WHERE source_id = :source ORDER BY id DESC LIMIT :sample
)
SELECT count(*) AS sampled,
       avg((EXISTS (SELECT 1 FROM monitor.mentions AS mention
                    WHERE mention.post_id = newest.id))::int)::float8 AS mentions,
       avg((EXISTS (SELECT 1 FROM monitor.posts AS older
                    WHERE older.text_hash = newest.text_hash
                      AND older.id < newest.id))::int)::float8 AS copies,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(lag, 0)) AS median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY greatest(lag, 0)) AS p90
FROM newest
""")

_VOLUMES = text("""
SELECT source_id, ((now() AT TIME ZONE 'UTC')::date - (hour AT TIME ZONE 'UTC')::date) AS days_ago,
       sum(posts)::int AS posts
FROM monitor.source_hours
WHERE hour >= date_trunc('day', now(), 'UTC') - make_interval(days => :days - 1)
GROUP BY 1, 2 ORDER BY 1
""")

_FIRST_REPORTS = text("""
WITH newest AS MATERIALIZED (
    SELECT id, published_at FROM monitor.posts
    WHERE source_id = :source ORDER BY id DESC LIMIT :sample
)
SELECT count(DISTINCT story.id)
FROM newest
JOIN monitor.mentions AS mention ON mention.post_id = newest.id
JOIN monitor.stories AS story
    ON story.id = mention.story_id AND story.first_post_at = newest.published_at
""")


async def read_statistics(session: AsyncSession, source_id: UUID, days: int) -> StatisticsOut:
    """How a source did in the last `days`.

    Raises:
        NotFound: there is no such source.
    """
    await find_row(session, Source, source_id, "source")
    now = await database_now(session)
    since = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await session.execute(_DAYS, {"source": source_id, "since": since})
    by_day = [DayOut.model_validate(row) for row in rows]
    sample = {"source": source_id, "sample": _SAMPLE}
    shares = (await session.execute(_SHARES, sample)).one()
    usual = await session.get(SourceUsual, source_id)
    return StatisticsOut(
        source_id=source_id,
        days=by_day,
        posts_a_day=_a_day(by_day, now),
        sampled=shares.sampled,
        mentions_share=shares.mentions,
        copies_share=shares.copies,
        lag=LagOut(median=shares.median, p90=shares.p90) if shares.sampled else None,
        first_reports=(await session.execute(_FIRST_REPORTS, sample)).scalar_one(),
        usual=UsualOut(**usual.usual, learned_at=usual.learned_at) if usual else None,
        alarms=await _alarms(session, source_id),
    )


def _a_day(days: Sequence[DayOut], now: datetime) -> float | None:
    if not days:
        return None
    span = (now.date() - days[0].day).days + 1
    return round(sum(day.posts for day in days) / span, 2)


async def _alarms(session: AsyncSession, source_id: UUID) -> list[AlarmOut]:
    rows = await session.scalars(
        select(SourceAlarm)
        .where(SourceAlarm.source_id == source_id)
        .order_by(SourceAlarm.began_at.desc())
        .limit(_ALARMS)
    )
    return [
        AlarmOut.model_validate(row.notice | {"began_at": row.began_at, "ended_at": row.ended_at})
        for row in rows
    ]


async def read_volumes(session: AsyncSession, days: int) -> VolumesOut:
    """New posts of all sources in the last `days`."""
    volumes: dict[UUID, list[int]] = {}
    for row in await session.execute(_VOLUMES, {"days": days}):
        volume = volumes.setdefault(row.source_id, [0] * days)
        volume[days - 1 - row.days_ago] = row.posts
    items = [VolumeOut(source_id=source, posts=posts) for source, posts in volumes.items()]
    return VolumesOut(days=days, items=items)


async def read_coverage(session: AsyncSession) -> CoverageOut:
    """What is covered, platform by platform, by name."""
    now = await database_now(session)
    since = now - timedelta(hours=24)
    counted = await session.execute(
        select(SourceHour.source_id, func.sum(SourceHour.posts).label("posts"))
        .where(SourceHour.hour > since)
        .group_by(SourceHour.source_id)
    )
    posts = {row.source_id: row.posts for row in counted}
    rows = await session.execute(
        select(Source, SourceUsual.usual).join(
            SourceUsual, SourceUsual.source_id == Source.id, isouter=True
        )
    )
    by_platform: dict[str, list[tuple[Source, dict[str, Any] | None]]] = defaultdict(list)
    for source, usual in rows:
        by_platform[source.platform].append((source, usual))
    return CoverageOut(
        items=[
            _platform(platform, found, posts, since, now)
            for platform, found in sorted(by_platform.items())
        ]
    )


def _platform(
    platform: str,
    found: Sequence[tuple[Source, dict[str, Any] | None]],
    posts: dict[UUID, int],
    since: datetime,
    now: datetime,
) -> PlatformOut:
    states = [state_of(source) for source, _ in found]
    running = [(source, usual) for source, usual in found if source.enabled]
    expected = [Usual.from_json(usual).expected(since, now) for _, usual in running if usual]
    heard = [source.health.last_new_at for source, _ in found if source.health.last_new_at]
    read = [source.health.last_success_at for source, _ in running]
    return PlatformOut(
        platform=platform,
        sources=len(running),
        ok=states.count(SourceState.OK) + states.count(SourceState.NEW),
        failing=states.count(SourceState.FAILING),
        silent=states.count(SourceState.SILENT),
        disabled=states.count(SourceState.DISABLED),
        posts_24h=sum(posts.get(source.id, 0) for source, _ in found),
        usual_24h=round(sum(expected), 1) if expected else None,
        last_post_at=max(heard, default=None),
        stalest_at=min((moment for moment in read if moment), default=None),
    )
