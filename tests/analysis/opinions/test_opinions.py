"""Every post that the monitor collects gets one opinion; people may ask for others."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from services.analysis.room import room as analysis_room
from shared.contracts.posts import CollectedPost, PostsCollected
from shared.events import emit
from shared.ids import new_id
from tests.conftest import OpenRoom, RoomClient


@pytest.fixture
async def analysis(open_room: OpenRoom) -> RoomClient:
    return await open_room(analysis_room, analysis_model="lexicon")


def posts(*texts: str) -> PostsCollected:
    now = datetime.now(UTC)
    return PostsCollected(
        posts=tuple(
            CollectedPost(
                id=new_id(),
                platform="weibo",
                external_id=str(number),
                text=words,
                published_at=now,
                received_at=now,
            )
            for number, words in enumerate(texts)
        )
    )


async def test_each_post_has_one_opinion_that_names_its_engine(analysis: RoomClient) -> None:
    first = posts("客服态度太差了，气死我了", "师傅们辛苦了，谢谢！")
    async with analysis.transaction() as session:
        await emit(session, first)
        await emit(session, first)  # delivered twice, as after a crash
        await emit(session, posts("今天的电费通知"))
    assert await analysis.work()

    async with analysis.transaction() as session:
        rows = (await session.execute(text("SELECT * FROM analysis.opinions"))).all()
        told = await session.scalar(
            text("SELECT count(*) FROM corridor.deliveries WHERE type = 'PostsAnalysed'")
        )
    assert len(rows) == 3
    assert {row.engine for row in rows} == {"lexicon"}
    assert {row.sentiment for row in rows} >= {"positive", "negative"}
    assert told == 3


async def test_classify_over_http(analysis: RoomClient) -> None:
    answer = await analysis.post(
        "/api/v1/analysis/classify",
        {"task": "sentiment", "inputs": [{"text": "太差了，气死我了"}, {"text": "非常满意，谢谢"}]},
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["model"]["name"] == "lexicon"
    assert [result["label"] for result in body["results"]] == ["negative", "positive"]
    assert sum(body["results"][0]["scores"].values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"task": "stance", "inputs": [{"text": "x"}]}, "target"),
        ({"task": "sentiment", "inputs": []}, "/inputs"),
        ({"task": "mood", "inputs": [{"text": "x"}]}, "/task"),
        ({"task": "sentiment", "inputs": [{"text": "x"}], "model": "none-such"}, "none-such"),
        ({"task": "sentiment", "inputs": [{"text": "x"}] * 1001}, "/inputs"),
    ],
)
async def test_what_cannot_be_classified_is_refused_in_words(
    analysis: RoomClient, body: dict[str, object], words: str
) -> None:
    answer = await analysis.post("/api/v1/analysis/classify", body)
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["detail"]
