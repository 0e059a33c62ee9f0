"""When the matter of an incident begins to be followed, and when it is no more."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.models import FollowUp, FollowUpAccount, FollowUpPost, Sighting
from services.monitor.aftermath.subjects import Matter, matter_of, roots_of
from services.monitor.indicators.tally import Tally
from services.monitor.posts.models import Post
from services.monitor.stories.features import hashtags_of
from services.monitor.stories.models import StoryRecord
from services.monitor.warnings.models import WarningRecord
from shared.contracts.actors import SYSTEM, ActorRef
from shared.contracts.aftermath import FollowUpBegan, FollowUpEnded
from shared.db import database_now
from shared.events import emit
from shared.folding import fold
from shared.rows import lock_row

# Of each incident, so many texts and accounts are remembered, the most copied texts first.
_MOST_TEXTS = 200
_MOST_ACCOUNTS = 5_000
_MOST_TAGS = 10
# Two anniversaries; people end it before, or prolong it.
FOLLOWED = timedelta(days=730)
# An address that people named is looked for among posts of the last months: it has no index.
_LINKED_WITHIN = timedelta(days=90)

AccountKey = Callable[[str, str], bytes]

_TEXTS = text("""
SELECT post.id, post.platform, post.author, post.text
FROM monitor.posts AS post
JOIN (SELECT DISTINCT post_id FROM monitor.mentions WHERE story_id = ANY(:stories)) AS mention
  ON mention.post_id = post.id
LEFT JOIN monitor.post_copies AS copy ON copy.post_id = post.id AND copy.separated_at IS NULL
WHERE copy.post_id IS NULL
ORDER BY (SELECT count(*) FROM monitor.post_copies AS other WHERE other.original_id = post.id) DESC,
    post.id
LIMIT :limit
""")


async def begin(
    session: AsyncSession, incident_id: UUID, account_key: AccountKey, *, closed: bool = False
) -> None:
    """Follow what an incident was about, from the end of its response on.

    Told a second time (stood down, then closed), what is followed stays as it is, and what people
    ended stays ended. An incident that names nothing has nothing that could be followed, until
    people name it.
    """
    now = await database_now(session)
    follow_up = await lock_row(session, FollowUp, incident_id)
    if follow_up is not None and (closed or follow_up.ended_at is None):
        if closed:
            follow_up.closed_at = follow_up.closed_at or now
        return
    found = await _gather(session, incident_id, now)
    if not found:
        return
    if follow_up is None:
        follow_up = FollowUp(
            incident_id=incident_id,
            **found.columns,
            began_at=now,
            looked_at=now,
        )
        session.add(follow_up)
    else:
        follow_up.ended_at = follow_up.ended_by = follow_up.ended_reason = None
        follow_up.resurged_at = None
        follow_up.began_at = follow_up.looked_at = now
    follow_up.until = now + FOLLOWED
    follow_up.closed_at = now if closed else None
    await _keep(session, follow_up, found, account_key, now)
    await _end_earlier(session, incident_id, found)


async def revise(
    session: AsyncSession, incident_id: UUID, account_key: AccountKey, *, over: bool
) -> None:
    """Follow what people say that an incident is about, where its response has ended."""
    follow_up = await lock_row(session, FollowUp, incident_id)
    if follow_up is None or follow_up.ended_at is not None:
        if over and follow_up is None:
            await begin(session, incident_id, account_key, closed=False)
        return
    now = await database_now(session)
    found = await _gather(session, incident_id, now)
    if found:
        await _keep(session, follow_up, found, account_key, now)
    else:
        await end(session, follow_up, "The incident names nothing any more.", SYSTEM)


async def pause(session: AsyncSession, incident_id: UUID) -> None:
    """The response is active again: its matter is what people work on, and no return of anything.
    It is followed anew when the response ends."""
    follow_up = await lock_row(session, FollowUp, incident_id)
    if follow_up is not None and follow_up.ended_at is None:
        await end(session, follow_up, "The response is active again.", SYSTEM)


async def end(session: AsyncSession, follow_up: FollowUp, reason: str, by: ActorRef) -> None:
    """Follow it no more: texts and accounts are forgotten, what was seen stays."""
    incident_id = follow_up.incident_id
    follow_up.ended_at = await database_now(session)
    follow_up.ended_by, follow_up.ended_reason = by.model_dump(mode="json"), reason
    await _forget(session, incident_id)
    await session.execute(
        update(Sighting).where(Sighting.incident_id == incident_id).values(account=None)
    )
    seen = await session.scalar(select(func.count()).where(Sighting.incident_id == incident_id))
    await emit(
        session,
        FollowUpEnded(incident_id=incident_id, sightings=seen or 0, reason=reason, by=by),
    )


@dataclass(frozen=True)
class _Found:
    """What there is to follow: `columns` of the follow-up, posts with their words and accounts."""

    matter: Matter
    columns: dict[str, Any]
    texts: Sequence[Any] = field(default_factory=list)
    speaking: Sequence[Any] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.matter.stories or self.texts or self.matter.links)


async def _gather(session: AsyncSession, incident_id: UUID, now: datetime) -> _Found:
    matter = await matter_of(session, incident_id)
    stories = sorted(
        await session.scalars(select(StoryRecord).where(StoryRecord.id.in_(matter.stories))),
        key=lambda story: (-story.posts - story.copies, story.id),
    )
    speaking = (
        await session.execute(_TEXTS, {"stories": list(matter.stories), "limit": _MOST_ACCOUNTS})
    ).all()
    named = await _named_posts(session, matter, now)
    texts = [*named, *speaking][:_MOST_TEXTS]
    tags = [tag for row in texts for tag in hashtags_of(fold(row.text))]
    tallies = [Tally.from_state(story.tally) for story in stories]
    platforms = {each for story in stories for each in story.platforms}
    title = stories[0].title if stories else texts[0].text[:60] if texts else ""
    columns = {
        "story_id": stories[0].id if stories else None,
        "title": title or (matter.links[0] if matter.links else ""),
        "stories": [str(story.id) for story in stories],
        "links": list(matter.links),
        "tags": sorted(set(tags), key=lambda tag: (-tags.count(tag), tag))[:_MOST_TAGS],
        "keywords": list(stories[0].keywords) if stories else [],
        "platforms": sorted(platforms | {row.platform for row in named}),
        "heat": sum(tally.heat.value(now.timestamp()) for tally in tallies),
        "peak": float(sum(map(_busiest_hour, tallies))),
    }
    return _Found(matter, columns, texts, [*named, *speaking])


async def _named_posts(session: AsyncSession, matter: Matter, now: datetime) -> Sequence[Any]:
    """The posts that people named by their id, or by an address that is on record."""
    columns = select(Post.id, Post.platform, Post.author, Post.text)
    rows = [*(await session.execute(columns.where(Post.id.in_(matter.posts)))).all()]
    if matter.links:
        linked = columns.where(
            Post.published_at > now - _LINKED_WITHIN,
            or_(*(Post.url.contains(link, autoescape=True) for link in matter.links)),
        )
        known = {row.id for row in rows}
        found = (await session.execute(linked.limit(_MOST_TEXTS))).all()
        rows += [row for row in found if row.id not in known]
    return rows


async def _keep(
    session: AsyncSession,
    follow_up: FollowUp,
    found: _Found,
    account_key: AccountKey,
    now: datetime,
) -> None:
    for name, value in found.columns.items():
        setattr(follow_up, name, value)
    follow_up.revised_at = now
    await session.flush()
    incident_id = follow_up.incident_id
    await _forget(session, incident_id)
    posts = dict.fromkeys(row.id for row in found.texts)
    if posts:
        await session.execute(
            insert(FollowUpPost), [{"incident_id": incident_id, "post_id": each} for each in posts]
        )
    accounts = {account_key(row.platform, row.author) for row in found.speaking if row.author}
    if accounts:
        await session.execute(
            insert(FollowUpAccount),
            [{"incident_id": incident_id, "account": account} for account in accounts],
        )
    await emit(
        session,
        FollowUpBegan(
            incident_id=incident_id,
            title=follow_up.title,
            until=follow_up.until or now + FOLLOWED,
            stories=found.matter.stories,
            texts=len(posts),
            accounts=len(accounts),
            platforms=tuple(follow_up.platforms),
        ),
    )


async def _forget(session: AsyncSession, incident_id: UUID) -> None:
    for kept in (FollowUpPost, FollowUpAccount):
        await session.execute(delete(kept).where(kept.incident_id == incident_id))


async def _end_earlier(session: AsyncSession, incident_id: UUID, found: _Found) -> None:
    """Of one matter, the newest incident is followed: a return is told once."""
    resurged = await session.scalars(
        select(WarningRecord.resurgence_of).where(
            WarningRecord.incident_id == incident_id, WarningRecord.resurgence_of.is_not(None)
        )
    )
    of_returns = set(resurged.all())
    earlier = (
        await session.scalars(
            select(FollowUp)
            .where(FollowUp.incident_id != incident_id, FollowUp.ended_at.is_(None))
            .order_by(FollowUp.incident_id)
            .with_for_update()
        )
    ).all()
    now_at = await roots_of(session, stories_of(earlier))
    for other in earlier:
        stories = {now_at.get(UUID(each)) for each in other.stories}
        if other.incident_id in of_returns or stories & set(found.matter.stories):
            await end(session, other, f"A later incident follows it: {incident_id}.", SYSTEM)


def stories_of(follow_ups: Collection[FollowUp]) -> set[UUID]:
    """All stories that are followed, as they were named."""
    return {UUID(each) for follow_up in follow_ups for each in follow_up.stories}


def _busiest_hour(tally: Tally) -> int:
    """The most mentions that came within an hour of the story's last day."""
    minutes = sorted((minute, counts.mentions) for minute, counts in tally.minutes.items())
    return max(
        (
            sum(count for minute, count in minutes if start <= minute < start + 60)
            for start, _ in minutes
        ),
        default=0,
    )
