"""The count itself: on tables that somebody doctored it finds what was lost or doubled."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import asyncpg
import pytest

from services.analysis.room import room as analysis_room
from services.monitor.room import room as monitor_room
from tests.conftest import OpenRoom
from tests.faults.counts import BREACHES, count
from tests.faults.senders import WATCHED, Told, make_posts

_WORDS = {
    ":one": "SELECT id FROM monitor.posts ORDER BY id LIMIT 1",
    ":mentioned": "SELECT post_id FROM monitor.mentions ORDER BY post_id LIMIT 1",
}

# What a bad build would leave behind, and what the count calls it. A table that forbids a double is
# told not to, so that the count is seen to find one where there is no such rule.
DOCTORED = {
    "accepted and not stored": ["DELETE FROM monitor.posts WHERE id IN (:one)"],
    "stored and not told": [
        "INSERT INTO monitor.posts (id, platform, external_id, revision, content_hash, text, "
        "published_at, received_at) VALUES (gen_random_uuid(), 'x', 'x', 1, '', 'x', now(), now())"
    ],
    "stored twice": [
        "ALTER TABLE monitor.posts DROP CONSTRAINT posts_once_per_platform",
        "UPDATE monitor.posts SET platform = 'x', external_id = 'x' WHERE id IN "
        "(SELECT id FROM monitor.posts LIMIT 2)",
    ],
    "told of to no room": [
        "DELETE FROM corridor.events WHERE type = 'PostsCollected'",
    ],
    "told of twice": [
        "ALTER TABLE corridor.events DROP CONSTRAINT events_pkey",
        "INSERT INTO corridor.events (id, type, payload) SELECT id, type, payload "
        "FROM corridor.events WHERE type = 'PostsCollected'",
    ],
    "without an opinion": ["DELETE FROM analysis.opinions WHERE post_id IN (:one)"],
    "with two opinions": [
        "INSERT INTO analysis.opinions SELECT post_id, revision + 1, engine, release, sentiment, "
        "sentiment_confidence, sentiment_unsure, emotion, emotion_confidence, emotion_unsure "
        "FROM analysis.opinions WHERE post_id IN (:one)",
    ],
    "analysed and not told": ["DELETE FROM corridor.events WHERE type = 'PostsAnalysed'"],
    "analysed and told twice": [
        "ALTER TABLE corridor.events DROP CONSTRAINT events_pkey",
        "INSERT INTO corridor.events (id, type, payload) SELECT id, type, payload "
        "FROM corridor.events WHERE type = 'PostsAnalysed'",
    ],
    "opinion not at its post": ["DELETE FROM monitor.post_opinions WHERE post_id IN (:one)"],
    "another opinion at its post": [
        "UPDATE monitor.post_opinions SET sentiment = 'x' WHERE post_id IN (:one)"
    ],
    "watched and not mentioned": ["DELETE FROM monitor.mentions WHERE post_id IN (:mentioned)"],
    "mentioned and not watched": [
        "UPDATE monitor.mentions SET post_id = gen_random_uuid() WHERE post_id IN (:mentioned)"
    ],
    "mentioned twice": [
        "ALTER TABLE monitor.mentions DROP CONSTRAINT mentions_pkey",
        "INSERT INTO monitor.mentions SELECT * FROM monitor.mentions WHERE post_id IN (:mentioned)",
    ],
    "stories that count otherwise than their mentions": [
        "UPDATE monitor.stories SET posts = posts + 1"
    ],
    "stories whose minutes count otherwise": [
        """UPDATE monitor.stories SET tally = '{"minutes": [[1, 1, 0, 0, 0, 0, 0]]}'"""
    ],
    "stories that count opinions otherwise": [
        """UPDATE monitor.stories SET tally = '{"minutes": [[1, 1, 0, 1, 0, 0, 0]]}'"""
    ],
    "mentions without a story": ["UPDATE monitor.mentions SET story_id = gen_random_uuid()"],
    "warnings of which nobody was told": [
        "INSERT INTO monitor.warnings (id, story_id, watch_id, watch_name, title, level, "
        "peak_level, status, sample, reasons, evidence, post_count, first_post_at, warned_at, "
        "raised_at, changed_at) VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), "
        "'x', 'x', 'blue', 'blue', 'active', false, '[]', '[]', 1, now(), now(), now(), now())"
    ],
    "incidents opened twice": [
        "DROP INDEX response.incidents_one_per_warning",
        "INSERT INTO response.incidents (id, number, title, summary, level, state, warning_id, "
        "drill, sample, opened_by, opened_at, version) SELECT gen_random_uuid(), 'n' || n, 'x', "
        "'x', 'blue', 'open', '00000000-0000-0000-0000-000000000001', false, false, '{}', now(), 1 "
        "FROM generate_series(1, 2) AS n",
    ],
    "deliveries waiting": [
        "UPDATE corridor.deliveries SET state = 'ready' WHERE room = 'analysis'"
    ],
    "deliveries dead": ["UPDATE corridor.deliveries SET state = 'dead' WHERE room = 'analysis'"],
}

Doctor = Callable[[list[str]], Awaitable[dict[str, int]]]


@pytest.fixture
async def doctor(open_room: OpenRoom, database_url: str) -> AsyncIterator[Doctor]:
    """A small house in which all went well; the doctor's statements are undone after the count."""
    monitor = await open_room(monitor_room)
    analysis = await open_room(analysis_room)
    watch = {"name": WATCHED, "expression": f'"{WATCHED}"', "targets": [WATCHED]}
    assert (await monitor.post("/api/v1/watches", watch)).status_code == 201
    posts = make_posts("run", 0)
    answer = await monitor.post("/api/v1/posts/bulk", {"posts": posts})
    while await monitor.work() or await analysis.work():
        pass
    told = [
        Told(post["external_id"], UUID(result["id"]), WATCHED in post["text"])
        for post, result in zip(posts, answer.json()["results"], strict=True)
    ]
    connection = await asyncpg.connect(database_url)

    async def breaches_after(statements: list[str]) -> dict[str, int]:
        undo = connection.transaction()
        await undo.start()
        try:
            # Other rooms are not here, so what the two told them waits.
            await connection.execute(
                "DELETE FROM corridor.deliveries WHERE room IN ('response', 'archive')"
            )
            for statement in statements:
                for word, query in _WORDS.items():
                    statement = statement.replace(word, query)
                await connection.execute(statement)
            _, breaches = await count(connection, told)
            return breaches
        finally:
            await undo.rollback()

    try:
        yield breaches_after
    finally:
        await connection.close()


async def test_where_all_went_well_nothing_is_found(doctor: Doctor) -> None:
    assert await doctor([]) == {}


async def test_whatever_was_lost_or_doubled_is_found(doctor: Doctor) -> None:
    assert set(DOCTORED) == set(BREACHES)
    missed = [name for name, bad in DOCTORED.items() if name not in await doctor(bad)]
    assert missed == []
