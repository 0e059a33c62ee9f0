"""The SQL of moving posts from one story to another."""

from sqlalchemy import Uuid, text

from shared.arrays import array_statement

_UUID = Uuid()

# All posts of a story.
MOVE_ALL = text("""
WITH moved AS (
    UPDATE monitor.mentions SET story_id = :target WHERE story_id = :origin RETURNING post_id
)
INSERT INTO monitor.story_moves (change_id, post_id)
SELECT DISTINCT CAST(:change AS uuid), post_id FROM moved ON CONFLICT DO NOTHING
""")

# Some posts of a story.
MOVE_SOME = array_statement(
    """
WITH moved AS (
    UPDATE monitor.mentions SET story_id = CAST(:target AS uuid)
    WHERE story_id = CAST(:origin AS uuid) AND post_id = ANY(:post_id) RETURNING post_id
)
INSERT INTO monitor.story_moves (change_id, post_id)
SELECT DISTINCT CAST(:change AS uuid), post_id FROM moved ON CONFLICT DO NOTHING
""",
    "post_id",
    {"post_id": _UUID},
)

# Those that a change moved go back, as far as they are still where it put them.
MOVE_BACK = text("""
UPDATE monitor.mentions AS mention SET story_id = :target
FROM monitor.story_moves AS move
WHERE move.change_id = :change AND mention.post_id = move.post_id AND mention.story_id = :origin
""")

# The posts of a story, as far as it decides who goes with whom.
PARTS_OF = text("""
SELECT DISTINCT post.id, post.platform, post.external_id, post.parent_external_id, post.text_hash,
    post.title, post.text, post.published_at, copy.original_id
FROM monitor.mentions AS mention JOIN monitor.posts AS post ON post.id = mention.post_id
LEFT JOIN monitor.post_copies AS copy
  ON copy.post_id = post.id AND copy.separated_at IS NULL
WHERE mention.story_id = :story ORDER BY post.published_at, post.id
""")
