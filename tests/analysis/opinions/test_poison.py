"""A text that breaks the model each time costs its own post the opinion, and no other."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from services.analysis.engines.base import Item, SomeFailed, Verdict
from services.analysis.engines.lexicon import LexiconEngine
from services.analysis.opinions.service import give_opinions, give_opinions_anew
from services.analysis.room import room as analysis_room
from services.analysis.serving import Models
from services.analysis.sources import Source
from shared.contracts.labels import Task
from tests.analysis.releases.conftest import collected
from tests.conftest import OpenRoom, RoomClient

POISON = "毒"


class Fragile(LexiconEngine):
    """Breaks on texts with one word, as an engine in a process of its own tells it."""

    name = "fragile"

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items, or say which of them break it."""
        columns = super().classify_together(tasks, items)
        if not any(POISON in item.text for item in items):
            return columns
        raise SomeFailed(
            [
                [
                    None if POISON in item.text else verdict
                    for item, verdict in zip(items, column, strict=True)
                ]
                for column in columns
            ]
        )


@pytest.fixture
async def analysis(open_room: OpenRoom) -> RoomClient:
    return await open_room(analysis_room, analysis_model="lexicon")


async def test_the_other_posts_have_their_opinions(analysis: RoomClient) -> None:
    models = Models()
    source = Source("fragile")
    models.add(source, Fragile())
    models.serve({Task.SENTIMENT: source})
    batches = [collected("很好，谢谢", POISON).posts, collected(POISON, "太差了，气死我了").posts]
    try:
        async with analysis.transaction() as session:
            await give_opinions(session, models, batches)
            anew = collected("还行", POISON).posts
            assert await give_opinions_anew(session, models, anew) == 1
    finally:
        await models.close()
    async with analysis.transaction() as session:
        judged = set(await session.scalars(text("SELECT post_id FROM analysis.opinions")))
        told = await session.scalars(
            text("SELECT payload FROM corridor.events WHERE type = 'PostsAnalysed'")
        )
        ids = {post["id"] for payload in told for post in payload["posts"]}
    good = {batches[0][0].id, batches[1][1].id, anew[0].id}
    assert judged == good
    assert ids == set(map(str, good))
