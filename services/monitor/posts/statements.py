"""The SQL of the hot path, in arrays."""

from typing import Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, Uuid
from sqlalchemy.types import TypeEngine

from shared.arrays import array_statement

_TYPES: dict[str, TypeEngine[Any]] = {
    "id": Uuid(),
    "content_hash": LargeBinary(),
    "text_hash": Uuid(),
    "author_followers": BigInteger(),
    "source_id": Uuid(),
    "published_at": DateTime(timezone=True),
}

INSERT_POSTS = array_statement(
    """
INSERT INTO monitor.posts (id, platform, external_id, revision, content_hash, text_hash, title,
    text, url, author, author_followers, parent_external_id, language, region, engagement,
    source_id, published_at, received_at, origin)
SELECT id, platform, external_id, 1, content_hash, text_hash, title, text, url, author,
    author_followers, parent_external_id, language, region, engagement::jsonb, source_id,
    published_at, CAST(:received_at AS timestamptz), CAST(:origin AS jsonb)
FROM unnest(:id, :platform, :external_id, :content_hash, :text_hash, :title, :text, :url, :author,
    :author_followers, :parent_external_id, :language, :region, :engagement, :source_id,
    :published_at)
  AS new (id, platform, external_id, content_hash, text_hash, title, text, url, author,
    author_followers, parent_external_id, language, region, engagement, source_id, published_at)
ON CONFLICT (platform, external_id) DO NOTHING
RETURNING id
""",
    "id platform external_id content_hash text_hash title text url author author_followers "
    "parent_external_id language region engagement source_id published_at",
    _TYPES,
)

FIND_EXISTING = array_statement(
    """
SELECT post.id, post.platform, post.external_id, post.content_hash, post.revision
FROM monitor.posts AS post
JOIN unnest(:platform, :external_id) AS sent (platform, external_id)
  ON post.platform = sent.platform AND post.external_id = sent.external_id
ORDER BY post.platform, post.external_id
FOR UPDATE OF post
""",
    "platform external_id",
)

ARCHIVE_REVISIONS = array_statement(
    """
INSERT INTO monitor.post_revisions (post_id, revision, title, text)
SELECT id, revision, title, text FROM monitor.posts WHERE id = ANY(:id)
""",
    "id",
    _TYPES,
)

REVISE_POSTS = array_statement(
    """
UPDATE monitor.posts AS post
SET revision = post.revision + 1, content_hash = new.content_hash, text_hash = new.text_hash,
    title = new.title, text = new.text,
    engagement = coalesce(new.engagement::jsonb, post.engagement)
FROM unnest(:id, :content_hash, :text_hash, :title, :text, :engagement)
  AS new (id, content_hash, text_hash, title, text, engagement)
WHERE post.id = new.id
""",
    "id content_hash text_hash title text engagement",
    _TYPES,
)

REFRESH_ENGAGEMENT = array_statement(
    """
UPDATE monitor.posts AS post SET engagement = new.engagement::jsonb
FROM unnest(:id, :engagement) AS new (id, engagement)
WHERE post.id = new.id AND post.engagement IS DISTINCT FROM new.engagement::jsonb
""",
    "id engagement",
    _TYPES,
)
