"""The SQL of duplicates, in arrays."""

from sqlalchemy import REAL, Uuid, text

from shared.arrays import array_statement

_UUID = Uuid()

# What the originals of these posts say: of a post that copies nobody, itself.
FIND_ORIGINALS = array_statement(
    """
SELECT post.id, coalesce(root.id, post.id) AS original_id,
    coalesce(root.title, post.title) AS title, coalesce(root.text, post.text) AS text
FROM monitor.posts AS post
LEFT JOIN monitor.post_copies AS copy ON copy.post_id = post.id AND copy.separated_at IS NULL
LEFT JOIN monitor.posts AS root ON root.id = copy.original_id
WHERE post.id = ANY(:id)
""",
    "id",
    {"id": _UUID},
)

# What is known of posts that were edited: of whom they are copies, and from whom people separated
# them; and which of them have copies of their own.
FIND_PAIRS = array_statement(
    """
SELECT post_id, original_id, separated_at IS NOT NULL AS separated
FROM monitor.post_copies WHERE post_id = ANY(:id)
""",
    "id",
    {"id": _UUID},
)

FIND_COPIED = array_statement(
    """
SELECT DISTINCT original_id FROM monitor.post_copies
WHERE original_id = ANY(:id) AND separated_at IS NULL
""",
    "id",
    {"id": _UUID},
)

INSERT_COPIES = array_statement(
    """
INSERT INTO monitor.post_copies (post_id, original_id, kind, similarity)
SELECT post_id, original_id, kind, similarity
FROM unnest(:post_id, :original_id, :kind, :similarity)
  AS new (post_id, original_id, kind, similarity)
WHERE NOT EXISTS (
    SELECT FROM monitor.post_copies AS old
    WHERE old.post_id = new.post_id AND old.original_id <> new.original_id
      AND old.separated_at IS NULL)
ON CONFLICT (post_id, original_id) DO UPDATE
SET kind = excluded.kind, similarity = excluded.similarity
""",
    "post_id original_id kind similarity",
    {"post_id": _UUID, "original_id": _UUID, "similarity": REAL()},
)

DELETE_COPIES = array_statement(
    """
DELETE FROM monitor.post_copies WHERE post_id = ANY(:post_id) AND separated_at IS NULL
""",
    "post_id",
    {"post_id": _UUID},
)

# The latest posts that copy nobody, before a certain one, newest first.
RECENT_ORIGINALS = text("""
SELECT post.id, post.title, post.text, replace(post.text_hash::text, '-', '') AS text_hash
FROM monitor.posts AS post
WHERE post.id < :before AND post.id > :after AND NOT EXISTS (
    SELECT FROM monitor.post_copies AS copy
    WHERE copy.post_id = post.id AND copy.separated_at IS NULL)
ORDER BY post.id DESC LIMIT :limit
""")
