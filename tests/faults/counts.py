"""What must be so when all is quiet: one query for each way to lose something or to do it twice."""

from collections.abc import Sequence

import asyncpg

from tests.faults.senders import Told

# Schedules come for ever.
HOW_MANY_WAIT = """
SELECT count(*) FROM corridor.deliveries WHERE state = 'ready' AND type NOT LIKE 'ScheduleDue%'
"""

# Each counts what breaks a promise: 0 if all is well. `told` holds what clients were told.
BREACHES = {
    "accepted and not stored": """
        SELECT count(*) FROM told LEFT JOIN monitor.posts AS post
          ON post.id = told.id AND post.external_id = told.external_id WHERE post.id IS NULL""",
    "stored and not told": """
        SELECT count(*) FROM monitor.posts AS post LEFT JOIN told ON told.id = post.id
        WHERE told.id IS NULL""",
    "stored twice": """
        SELECT count(*) - count(DISTINCT (platform, external_id)) FROM monitor.posts""",
    "told of to no room": """
        SELECT count(*) FROM monitor.posts AS post LEFT JOIN collected ON collected.id = post.id
        WHERE collected.id IS NULL""",
    "told of twice": "SELECT count(*) - count(DISTINCT id) FROM collected",
    "without an opinion": """
        SELECT count(*) FROM monitor.posts AS post LEFT JOIN analysis.opinions AS opinion
          ON opinion.post_id = post.id WHERE opinion.post_id IS NULL""",
    "with two opinions": "SELECT count(*) - count(DISTINCT post_id) FROM analysis.opinions",
    "analysed and not told": """
        SELECT count(*) FROM analysis.opinions AS opinion
        LEFT JOIN analysed ON analysed.id = opinion.post_id WHERE analysed.id IS NULL""",
    "analysed and told twice": "SELECT count(*) - count(DISTINCT id) FROM analysed",
    "opinion not at its post": """
        SELECT count(*) FROM monitor.posts AS post LEFT JOIN monitor.post_opinions AS opinion
          ON opinion.post_id = post.id WHERE opinion.post_id IS NULL""",
    "another opinion at its post": """
        SELECT count(*) FROM analysis.opinions AS made JOIN monitor.post_opinions AS kept
          USING (post_id) WHERE (made.sentiment, made.emotion) <> (kept.sentiment, kept.emotion)""",
    "watched and not mentioned": """
        SELECT count(*) FROM told LEFT JOIN monitor.mentions AS mention ON mention.post_id = told.id
        WHERE told.watched AND mention.post_id IS NULL""",
    "mentioned and not watched": """
        SELECT count(*) FROM monitor.mentions AS mention LEFT JOIN told
          ON told.id = mention.post_id AND told.watched WHERE told.id IS NULL""",
    "mentioned twice": """
        SELECT count(*) - count(DISTINCT (watch_id, post_id)) FROM monitor.mentions""",
    "stories that count otherwise than their mentions": """
        SELECT count(*) FROM monitor.stories AS story WHERE posts + copies <> (
            SELECT count(DISTINCT post_id) FROM monitor.mentions WHERE story_id = story.id)""",
    "stories whose minutes count otherwise": """
        SELECT count(*) FROM monitor.stories AS story WHERE posts + copies <> (
            SELECT sum((minute->>1)::int + (minute->>2)::int)
            FROM json_array_elements(tally->'minutes') AS minute)""",
    "stories that count opinions otherwise": """
        SELECT count(*) FROM monitor.stories AS story WHERE (
            SELECT sum((minute->>3)::int + (minute->>4)::int + (minute->>5)::int)
            FROM json_array_elements(tally->'minutes') AS minute
        ) <> (
            SELECT count(DISTINCT post_id) FROM monitor.mentions
            JOIN monitor.post_opinions USING (post_id) WHERE story_id = story.id)""",
    "mentions without a story": """
        SELECT count(*) FROM monitor.mentions AS mention
        LEFT JOIN monitor.stories AS story ON story.id = mention.story_id WHERE story.id IS NULL""",
    "warnings of which nobody was told": """
        SELECT count(*) FROM monitor.warnings AS warning WHERE NOT EXISTS (
            SELECT 1 FROM corridor.events AS event WHERE event.type = 'WarningRaised'
              AND event.payload->>'warning_id' = warning.id::text)""",
    "incidents opened twice": """
        SELECT count(warning_id) - count(DISTINCT warning_id) FROM response.incidents""",
    "deliveries waiting": HOW_MANY_WAIT,
    "deliveries dead": "SELECT count(*) FROM corridor.deliveries WHERE state = 'dead'",
}
FIGURES = {
    "told": "SELECT count(*) FROM told",
    "posts": "SELECT count(*) FROM monitor.posts",
    "opinion sets": "SELECT count(*) FROM analysis.opinions",
    "opinions at posts": "SELECT count(*) FROM monitor.post_opinions",
    "mentions": "SELECT count(*) FROM monitor.mentions",
    "stories": "SELECT count(*) FROM monitor.stories",
    "counted in stories": "SELECT coalesce(sum(posts + copies), 0) FROM monitor.stories",
    "warnings": "SELECT count(*) FROM monitor.warnings",
    "deliveries done": "SELECT count(*) FROM corridor.deliveries WHERE state = 'done'",
    "done after more than one try": """
        SELECT count(*) FROM corridor.deliveries WHERE state = 'done' AND attempts > 1""",
    "handed out more than once": "SELECT count(*) FROM corridor.deliveries WHERE fence > 1",
}

_PREPARE = """
DROP TABLE IF EXISTS told, collected, analysed;
CREATE TEMP TABLE told (external_id text, id uuid, watched bool);
CREATE TEMP TABLE collected AS
    SELECT (post->>'id')::uuid AS id
    FROM corridor.events, json_array_elements(payload->'posts') AS post
    WHERE type = 'PostsCollected';
CREATE TEMP TABLE analysed AS
    SELECT (post->>'id')::uuid AS id
    FROM corridor.events, json_array_elements(payload->'posts') AS post
    WHERE type = 'PostsAnalysed';
"""


async def count(
    connection: asyncpg.Connection, told: Sequence[Told]
) -> tuple[dict[str, int], dict[str, int]]:
    """Figures, and the breaches that there are (none, if all is well).

    `told`: the accepted posts. The house holds no others.
    """
    await connection.execute(_PREPARE)
    await connection.copy_records_to_table("told", records=told)
    figures = {name: await connection.fetchval(query) for name, query in FIGURES.items()}
    breaches = {name: await connection.fetchval(query) for name, query in BREACHES.items()}
    return figures, {name: number for name, number in breaches.items() if number}
