"""New posts are looked through for what is followed, and judged: is it back?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.beginning import AccountKey, end, stories_of
from services.monitor.aftermath.following import Followed, Following, SeenPost
from services.monitor.aftermath.models import FollowUp, FollowUpAccount, Sighting
from services.monitor.aftermath.resurgence import QUIET, returned
from services.monitor.aftermath.returning import is_worked_on, warn
from services.monitor.aftermath.subjects import roots_of
from services.monitor.reports.links import all_links, link_key
from services.monitor.tracking.memory import Memory
from shared.contracts import Room
from shared.contracts.actors import SYSTEM
from shared.db import database_now
from shared.deliveries import waiting_since
from shared.folding import fold
from shared.ids import first_id

# So many new posts are looked through at once and by one strike of the clock, and so far back, as
# clocks of several doors differ.
_AT_ONCE = 5_000
_MOST_PAGES = 20
_OVERLAP = timedelta(minutes=2)
_QUIET = timedelta(seconds=QUIET)

_NEW_POSTS = text("""
SELECT DISTINCT ON (post.id) post.id, post.platform, post.author, post.url, post.title, post.text,
    replace(post.text_hash::text, '-', '') AS text_hash, post.received_at, mention.story_id,
    copy.original_id
FROM monitor.posts AS post
JOIN monitor.mentions AS mention ON mention.post_id = post.id
LEFT JOIN monitor.post_copies AS copy ON copy.post_id = post.id AND copy.separated_at IS NULL
WHERE post.id > :after ORDER BY post.id LIMIT :limit
""")

# What was seen lately, where it is now. A new text that others carry word for word is one piece of
# news; who reposts, answers, or brings the old text again, speaks for themselves.
_SEEN = text("""
SELECT sighting.seen_at, sighting.platform, mention.story_id,
    coalesce(post.author, sighting.post_id::text) AS account,
    CASE WHEN sighting.manner <> 'copy' AND post.parent_external_id IS NULL
        THEN coalesce(copy.original_id, sighting.post_id) ELSE sighting.post_id END AS said
FROM monitor.sightings AS sighting
JOIN monitor.posts AS post ON post.id = sighting.post_id
JOIN LATERAL (
    SELECT story_id FROM monitor.mentions WHERE post_id = sighting.post_id LIMIT 1
) AS mention ON true
LEFT JOIN monitor.post_copies AS copy ON copy.post_id = post.id AND copy.separated_at IS NULL
WHERE sighting.incident_id = :incident_id AND sighting.seen_at > :since
ORDER BY sighting.seen_at DESC, sighting.post_id LIMIT :limit
""")
_MOST_SEEN = 20_000


async def look(
    session: AsyncSession, memory: Memory, following: Following, account_key: AccountKey
) -> None:
    """Look through the new posts for what is followed, and warn of what is back."""
    now = await database_now(session)
    follow_ups = []
    for each in (
        await session.scalars(
            select(FollowUp)
            .where(FollowUp.ended_at.is_(None))
            .order_by(FollowUp.incident_id)
            .with_for_update()
        )
    ).all():
        if each.until is not None and each.until <= now:
            await end(session, each, "The time for which it was followed is over.", SYSTEM)
        else:
            follow_ups.append(each)
    roots = await roots_of(session, stories_of(follow_ups))
    followed = [_followed(each, roots) for each in follow_ups]
    await following.refresh(session, followed)
    if not follow_ups:
        return
    looked_at = await _look_through(session, following, follow_ups, followed, account_key, now)
    await session.execute(
        update(FollowUp).where(FollowUp.ended_at.is_(None)).values(looked_at=looked_at)
    )
    for follow_up in follow_ups:
        await _judge(session, memory, follow_up, now)


def _followed(follow_up: FollowUp, roots: dict[UUID, UUID]) -> Followed:
    named = [UUID(each) for each in follow_up.stories]
    return Followed(
        incident_id=follow_up.incident_id,
        revised_at=follow_up.revised_at or follow_up.began_at,
        stories=frozenset(roots.get(each, each) for each in named),
        tags=frozenset(follow_up.tags),
        keywords=tuple(follow_up.keywords),
        links=frozenset(follow_up.links),
    )


async def _look_through(
    session: AsyncSession,
    following: Following,
    follow_ups: Sequence[FollowUp],
    followed: Sequence[Followed],
    account_key: AccountKey,
    now: datetime,
) -> datetime:
    """Look at what came since the last look; returns up to when.

    Posts that are accepted and not yet tracked belong to no story yet: they are looked at later.
    """
    waiting = await waiting_since(session, Room.MONITOR, "PostsCollected")
    began = {each.incident_id: each for each in follow_ups}
    after = first_id(min(each.looked_at for each in follow_ups) - _OVERLAP)
    for _ in range(_MOST_PAGES):
        rows = (await session.execute(_NEW_POSTS, {"after": after, "limit": _AT_ONCE})).all()
        await _keep_sightings(session, following, began, followed, rows, account_key)
        if len(rows) < _AT_ONCE:
            return min(now, waiting or now)
        after = rows[-1].id
    # The next look begins where this one ended, not before that.
    reached: datetime = rows[-1].received_at + _OVERLAP
    return min(now, waiting or now, reached)


async def _keep_sightings(
    session: AsyncSession,
    following: Following,
    began: dict[UUID, FollowUp],
    followed: Sequence[Followed],
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
            links=frozenset(map(link_key, all_links(f"{row.url or ''} {row.text}"))),
        )
        for row in rows
    ]
    found = [
        (began[incident_id], post, manner, by_id[post.id])
        for incident_id, post, manner in following.recognise(posts, followed)
        if by_id[post.id].received_at > began[incident_id].began_at
    ]
    if not found:
        return
    keys = {
        post.id: account_key(row.platform, row.author) for _, post, _, row in found if row.author
    }
    known = {
        (row.incident_id, row.account)
        for row in await session.execute(
            select(FollowUpAccount.incident_id, FollowUpAccount.account).where(
                FollowUpAccount.account.in_(set(keys.values()))
            )
        )
    }
    await session.execute(
        upsert(Sighting).on_conflict_do_nothing(),
        [
            {
                "incident_id": follow_up.incident_id,
                "post_id": post.id,
                "story_id": post.story_id,
                "manner": manner,
                "platform": row.platform,
                "elsewhere": row.platform not in follow_up.platforms,
                "account": (
                    keys[post.id] if (follow_up.incident_id, keys.get(post.id)) in known else None
                ),
                "seen_at": row.received_at,
            }
            for follow_up, post, manner, row in found
        ],
    )


async def _judge(session: AsyncSession, memory: Memory, follow_up: FollowUp, now: datetime) -> None:
    """Warn where the matter is back; once for each return."""
    if follow_up.resurged_at is not None and now - follow_up.resurged_at < _QUIET:
        return
    rows = (
        await session.execute(
            _SEEN,
            {
                "incident_id": follow_up.incident_id,
                "since": now - 4 * _QUIET,
                "limit": _MOST_SEEN,
            },
        )
    ).all()
    said = {row.said: row for row in rows}  # the first of each, as the newest come first
    fresh = [row for row in said.values() if row.seen_at > now - _QUIET]
    back = returned(
        [row.seen_at.timestamp() for row in said.values()],
        now.timestamp(),
        accounts=len({(row.platform, row.account) for row in fresh}),
        began_at=follow_up.began_at.timestamp(),
        heat_then=follow_up.heat,
        peak=follow_up.peak,
    )
    if back is None:
        return
    story_id = _most_common([row.story_id for row in fresh])
    if await is_worked_on(session, story_id, follow_up.incident_id):
        return
    follow_up.resurged_at = now
    await warn(session, memory, follow_up, story_id, back, {row.platform for row in fresh})


def _most_common(stories: Sequence[UUID]) -> UUID:
    """The story that most of them are in; the older one where two are even."""
    return min(set(stories), key=lambda story: (-stories.count(story), story))
