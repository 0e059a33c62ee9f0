"""Honouring deletions: what its author or its platform took away goes here as well, after a time.

The mark comes at once, so that nobody takes for public what is not any more. The words and the
author follow hours later (`deleted_posts_hours`): until then a look tells whether it was an error
of the platform. What stays is that there was a post, when, where, in which story, its counts and
the hashes of its text, by which statistics and earlier warnings remain true. A post of a story that
became an incident is evidence: it stays, and says for which incident.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.schemas import Outcome, PostResult

# Of one transaction.
_AT_ONCE = 500

_NOTE = text("""
INSERT INTO monitor.post_deletions (post_id, source_id)
SELECT id, :source FROM monitor.posts WHERE platform = :platform AND external_id = ANY(:gone)
ON CONFLICT DO NOTHING
""").bindparams(bindparam("gone", type_=ARRAY(Text())))

# All ids that begin with "at://did/": `posts_of_bluesky` has them side by side. "0" follows "/".
_NOTE_ACCOUNTS = text("""
INSERT INTO monitor.post_deletions (post_id, source_id)
SELECT post.id, :source FROM unnest(:accounts) AS account (beginning)
JOIN monitor.posts AS post ON post.platform = 'bluesky'
  AND post.external_id ~>=~ account.beginning
  AND post.external_id ~<~ (left(account.beginning, -1) || '0')
ON CONFLICT DO NOTHING
""").bindparams(bindparam("accounts", type_=ARRAY(Text())))

_RETURN = text("""
DELETE FROM monitor.post_deletions WHERE post_id = ANY(:seen) AND cleared_at IS NULL
""").bindparams(bindparam("seen", type_=ARRAY(Uuid())))

# A post that was changed after it was cleared has words again.
_RETURN_CHANGED = text("""
DELETE FROM monitor.post_deletions WHERE post_id = ANY(:seen)
""").bindparams(bindparam("seen", type_=ARRAY(Uuid())))

_DUE = text("""
SELECT deletion.post_id, (
    SELECT warning.incident_id FROM monitor.mentions AS mention
    JOIN monitor.warnings AS warning ON warning.story_id = mention.story_id
    WHERE mention.post_id = deletion.post_id AND warning.incident_id IS NOT NULL
    LIMIT 1) AS incident_id
FROM monitor.post_deletions AS deletion
WHERE deletion.cleared_at IS NULL AND deletion.kept_for IS NULL
  AND deletion.noticed_at <= now() - CAST(:wait AS interval)
ORDER BY deletion.noticed_at LIMIT :most FOR UPDATE OF deletion SKIP LOCKED
""")

_KEEP = text("UPDATE monitor.post_deletions SET kept_for = :incident WHERE post_id = :post")

_CLEAR = [
    text(statement).bindparams(bindparam("posts", type_=ARRAY(Uuid())))
    for statement in (
        "UPDATE monitor.posts SET title = NULL, text = '', url = NULL, author = NULL, "
        "author_followers = NULL, region = NULL WHERE id = ANY(:posts)",
        "UPDATE monitor.post_revisions SET title = NULL, text = '' WHERE post_id = ANY(:posts)",
        "UPDATE monitor.post_deletions SET cleared_at = now() WHERE post_id = ANY(:posts)",
    )
]


async def note_deletions(
    session: AsyncSession,
    platform: str,
    source_id: UUID,
    *,
    gone: Collection[str],
    accounts: Collection[str] = (),
) -> None:
    """Mark the posts of these ids, and all those whose ids begin as `accounts` do."""
    if gone:
        values = {"source": source_id, "platform": platform, "gone": list(gone)}
        await session.execute(_NOTE, values)
    if accounts:
        values = {"source": source_id, "accounts": list(accounts)}
        await session.execute(_NOTE_ACCOUNTS, values)


async def note_returns(session: AsyncSession, results: Sequence[PostResult]) -> None:
    """Take the mark from posts that their source shows (again)."""
    seen = [result.id for result in results if result.status is Outcome.DUPLICATE]
    changed = [result.id for result in results if result.status is Outcome.REVISED]
    if seen:
        await session.execute(_RETURN, {"seen": seen})
    if changed:
        await session.execute(_RETURN_CHANGED, {"seen": changed})


async def clear_deleted(session: AsyncSession, wait: timedelta) -> int:
    """Remove the words of posts that were noticed to be gone `wait` ago, save those that are
    evidence of an incident; how many posts were looked at."""
    due = (await session.execute(_DUE, {"wait": wait, "most": _AT_ONCE})).all()
    for row in due:
        if row.incident_id is not None:
            await session.execute(_KEEP, {"incident": row.incident_id, "post": row.post_id})
    cleared = [row.post_id for row in due if row.incident_id is None]
    for statement in _CLEAR if cleared else ():
        await session.execute(statement, {"posts": cleared})
    return len(due)
