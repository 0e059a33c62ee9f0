"""Following what an incident was about, and warning when it is back."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.following import Following, SeenPost, by_story
from services.monitor.aftermath.models import (
    FollowUp,
    FollowUpAccount,
    FollowUpPost,
    Sighting,
    StatementMark,
)
from services.monitor.aftermath.resurgence import QUIET, Return, returned
from services.monitor.indicators.tally import Tally
from services.monitor.stories.features import hashtags_of
from services.monitor.stories.models import StoryRecord
from services.monitor.tracking.memory import Memory
from services.monitor.tracking.writing import notice_of, write_stories
from services.monitor.warnings.causes import Cause, Indicator
from services.monitor.warnings.levels import Decision, Move, WarningState
from services.monitor.warnings.models import WarningRecord
from services.monitor.warnings.reasons import reason
from services.monitor.warnings.service import carry_out
from shared.contracts.incidents import IncidentResurged
from shared.contracts.levels import WarningLevel
from shared.contracts.statements import StatementPublished
from shared.db import database_now
from shared.events import emit
from shared.folding import fold

# Of each incident, so many texts and accounts are remembered, the most copied texts first.
_MOST_TEXTS = 200
_MOST_ACCOUNTS = 5_000
_MOST_TAGS = 10
# So many new posts are looked through at once, and so far back, as clocks of several doors differ.
_LOOKED_THROUGH = 5_000
_OVERLAP = timedelta(minutes=2)
# A matter that is known and comes back is no ordinary beginning.
_LEVEL = WarningLevel.YELLOW
# After that it is followed no more, unless it came back meanwhile.
_FOLLOWED = timedelta(days=730)

AccountKey = Callable[[str, str], bytes]

_TEXTS = text("""
SELECT post.id, post.platform, post.author, post.text
FROM monitor.posts AS post
JOIN (SELECT DISTINCT post_id FROM monitor.mentions WHERE story_id = :story_id) AS mention
  ON mention.post_id = post.id
LEFT JOIN monitor.post_copies AS copy ON copy.post_id = post.id AND copy.separated_at IS NULL
WHERE copy.post_id IS NULL
ORDER BY (SELECT count(*) FROM monitor.post_copies AS other WHERE other.original_id = post.id) DESC,
    post.id
LIMIT :limit
""")

_NEW_POSTS = text("""
SELECT DISTINCT ON (post.id) post.id, post.platform, post.author, post.title, post.text,
    replace(post.text_hash::text, '-', '') AS text_hash, post.received_at, mention.story_id,
    copy.original_id
FROM monitor.posts AS post
JOIN monitor.mentions AS mention ON mention.post_id = post.id
LEFT JOIN monitor.post_copies AS copy ON copy.post_id = post.id AND copy.separated_at IS NULL
WHERE post.id >= :since ORDER BY post.id LIMIT :limit
""")


async def begin(
    session: AsyncSession, incident_id: UUID, account_key: AccountKey, *, closed: bool
) -> None:
    """Follow what an incident was about, from the end of its response on. An incident that grew
    out of no warning has no story that could be followed."""
    now = await database_now(session)
    follow_up = await session.get(FollowUp, incident_id)
    if follow_up is not None:
        follow_up.closed_at = now if closed else follow_up.closed_at
        return
    story_id = await session.scalar(
        select(WarningRecord.story_id).where(WarningRecord.incident_id == incident_id)
    )
    story = await session.get(StoryRecord, story_id) if story_id else None
    if story is None:
        return
    rows = (await session.execute(_TEXTS, {"story_id": story.id, "limit": _MOST_ACCOUNTS})).all()
    texts = rows[:_MOST_TEXTS]
    tags = [tag for row in texts for tag in hashtags_of(fold(row.text))]
    tally = Tally.from_state(story.tally)
    session.add(
        FollowUp(
            incident_id=incident_id,
            story_id=story.id,
            title=story.title,
            tags=sorted(set(tags), key=lambda tag: (-tags.count(tag), tag))[:_MOST_TAGS],
            keywords=list(story.keywords),
            platforms=list(story.platforms),
            heat=tally.heat.value(now.timestamp()),
            peak=_busiest_hour(tally),
            began_at=now,
            looked_at=now,
            closed_at=now if closed else None,
        )
    )
    await session.flush()
    if texts:
        await session.execute(
            insert(FollowUpPost),
            [{"incident_id": incident_id, "post_id": row.id} for row in texts],
        )
    accounts = {account_key(row.platform, row.author) for row in rows if row.author}
    if accounts:
        await session.execute(
            insert(FollowUpAccount),
            [{"incident_id": incident_id, "account": account} for account in accounts],
        )


async def mark_statement(session: AsyncSession, told: StatementPublished) -> None:
    """Remember when a statement became public: the reactions are read around it."""
    await session.execute(
        upsert(StatementMark)
        .values(
            statement_id=told.statement_id,
            channel=told.channel,
            incident_id=told.incident_id,
            title=told.title,
            published_at=told.published_at,
        )
        .on_conflict_do_nothing()
    )


async def look(
    session: AsyncSession, memory: Memory, following: Following, account_key: AccountKey
) -> None:
    """Look through the new posts for what is followed, and warn of what is back."""
    now = await database_now(session)
    follow_ups = (
        await session.scalars(
            select(FollowUp)
            .where(FollowUp.began_at > now - _FOLLOWED)
            .order_by(FollowUp.incident_id)
            .with_for_update()
        )
    ).all()
    if not follow_ups:
        return
    await following.refresh(session, follow_ups)
    since = min(each.looked_at for each in follow_ups) - _OVERLAP
    rows = (
        await session.execute(_NEW_POSTS, {"since": _earliest(since), "limit": _LOOKED_THROUGH})
    ).all()
    await _keep_sightings(session, following, follow_ups, rows, account_key)
    looked_at = rows[-1].received_at if len(rows) == _LOOKED_THROUGH else now
    await session.execute(update(FollowUp).values(looked_at=looked_at))
    for follow_up in follow_ups:
        await _judge(session, memory, follow_up, now)


async def _keep_sightings(
    session: AsyncSession,
    following: Following,
    follow_ups: Sequence[FollowUp],
    rows: Sequence[Any],
    account_key: AccountKey,
) -> None:
    by_id = {row.id: row for row in rows}
    posts = [
        SeenPost(
            id=row.id,
            folded=fold(f"{row.title} {row.text}" if row.title else row.text),
            text_hash=row.text_hash,
            story_id=row.story_id,
            original_id=row.original_id,
        )
        for row in rows
    ]
    values = []
    for follow_up, post, manner in following.recognise(posts, follow_ups):
        row = by_id[post.id]
        if row.received_at <= follow_up.began_at:
            continue
        account = account_key(row.platform, row.author) if row.author else None
        if account and not await session.get(FollowUpAccount, (follow_up.incident_id, account)):
            account = None
        values.append(
            {
                "incident_id": follow_up.incident_id,
                "post_id": post.id,
                "story_id": post.story_id,
                "manner": manner,
                "platform": row.platform,
                "elsewhere": row.platform not in follow_up.platforms,
                "account": account,
                "seen_at": row.received_at,
            }
        )
    if values:
        await session.execute(upsert(Sighting).on_conflict_do_nothing(), values)


async def _judge(session: AsyncSession, memory: Memory, follow_up: FollowUp, now: datetime) -> None:
    """Warn where the matter is back; once for each return."""
    quiet = timedelta(seconds=QUIET)
    if follow_up.resurged_at is not None and now - follow_up.resurged_at < quiet:
        return
    sightings = (
        await session.scalars(
            select(Sighting)
            .where(Sighting.incident_id == follow_up.incident_id)
            .where(Sighting.seen_at > now - 4 * quiet)
        )
    ).all()
    back = returned(
        [sighting.seen_at.timestamp() for sighting in sightings],
        now.timestamp(),
        began_at=follow_up.began_at.timestamp(),
        heat_then=follow_up.heat,
        peak=follow_up.peak,
    )
    if back is None:
        return
    follow_up.resurged_at = now
    fresh = [sighting for sighting in sightings if sighting.seen_at > now - quiet]
    await _warn(session, memory, follow_up, by_story(fresh), back, fresh)


async def _warn(
    session: AsyncSession,
    memory: Memory,
    follow_up: FollowUp,
    story_id: UUID,
    back: Return,
    fresh: Sequence[Sighting],
) -> None:
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
            platforms=tuple(sorted({sighting.platform for sighting in fresh})),
            text=told.text,
            text_zh=told.text_zh,
        ),
    )


def _busiest_hour(tally: Tally) -> float:
    """The most mentions that came within an hour of the story's last day."""
    minutes = sorted((minute, counts.mentions) for minute, counts in tally.minutes.items())
    return float(
        max(
            (
                sum(count for minute, count in minutes if start <= minute < start + 60)
                for start, _ in minutes
            ),
            default=0,
        )
    )


def _earliest(at: datetime) -> UUID:
    """The smallest id that a post of this time can have (UUIDv7: milliseconds first)."""
    return UUID(int=int(at.timestamp() * 1_000) << 80)
