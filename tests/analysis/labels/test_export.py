"""Labels leave the house as training data, with people under pseudonyms."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from tests.analysis.labels.conftest import LIN, WEI, Analysed, Labelled, quote
from tests.conftest import RoomClient, make_actor

BAD, GOOD = "客服态度太差了，气死我了", "师傅们辛苦了，谢谢！"


async def export(analysis: RoomClient, query: str = "") -> list[dict[str, Any]]:
    answer = await analysis.get(f"/api/v1/labels/export?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_line_a_text_with_its_words(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    bad, good, unquoted = await analysed(BAD, GOOD, "没有原文")
    await labelled(bad, "neutral")
    await labelled(bad, "anger", task="emotion")
    await labelled(good, "favor", task="stance", target="云州电力")
    await labelled(unquoted, "neutral")
    await quote(analysis, [bad, good])
    lines = await export(analysis)
    by_task = {line["task"]: line for line in lines}
    assert len(lines) == 3
    assert by_task["sentiment"]["text"] == BAD
    assert by_task["sentiment"]["lang"] == "zh"
    assert by_task["sentiment"]["label"] == "neutral"
    assert by_task["sentiment"]["source"] == "people"
    assert by_task["sentiment"]["model"]["label"] == "negative"
    assert by_task["stance"]["target"] == "云州电力"
    assert "target" not in by_task["emotion"]
    assert [line["task"] for line in await export(analysis, "task=emotion")] == ["emotion"]
    assert await export(analysis, "until=2020-01-01T00:00:00Z") == []


async def test_people_stand_under_pseudonyms(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    bad, good = await analysed(BAD, GOOD)
    await labelled(bad, "negative")
    await labelled(good, "positive")
    await labelled(good, "positive", by=WEI)
    await quote(analysis, [bad, good])
    lines = {line["post_id"]: line["labelled_by"] for line in await export(analysis)}
    assert "lin" not in json.dumps(lines)
    (lin,) = lines[str(bad.id)]
    assert lin.startswith("person-")
    assert len(lines[str(good.id)]) == 2
    assert lin in lines[str(good.id)]


@pytest.mark.parametrize(("conflicts", "labels"), [("majority", ["negative"]), ("leave_out", [])])
async def test_people_who_differ_are_settled_as_asked(
    analysis: RoomClient,
    analysed: Analysed,
    labelled: Labelled,
    conflicts: str,
    labels: list[str],
) -> None:
    two, three = await analysed(BAD, f"{BAD}！")
    await labelled(two, "negative")
    await labelled(two, "neutral", by=WEI)
    for person, label in ((LIN, "negative"), (WEI, "neutral"), (make_actor("hu"), "negative")):
        await labelled(three, label, by=person)
    await quote(analysis, [two, three])
    lines = await export(analysis, f"conflicts={conflicts}")
    assert [line["label"] for line in lines] == labels


async def test_what_was_withdrawn_or_replaced_is_not_exported(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    bad, good = await analysed(BAD, GOOD)
    await labelled(bad, "neutral")
    await labelled(bad, "negative")
    taken_back = await labelled(good, "neutral")
    await analysis.post(f"/api/v1/labels/{taken_back['id']}/withdraw", actor=LIN)
    await quote(analysis, [bad, good])
    (line,) = await export(analysis)
    assert (line["post_id"], line["label"]) == (str(bad.id), "negative")


async def test_many_lines_come_in_stretches_with_no_text_torn(analysis: RoomClient) -> None:
    """400 texts with three labels each: a stretch of 500 rows ends in the middle of a text."""
    async with analysis.transaction() as session:
        for statement in _MANY:
            await session.execute(text(statement))
    lines = await export(analysis)
    assert [len(line["labelled_by"]) for line in lines] == [3] * 400


_MANY = (
    """
INSERT INTO analysis.labelled_texts (post_id, revision, text, platform, published_at)
SELECT md5(number::text)::uuid, 1, 'x', 'weibo', now() FROM generate_series(1, 400) AS number
""",
    """
INSERT INTO analysis.labels (id, post_id, revision, task, label, sampled, labelled_by_id,
    labelled_by, labelled_at, state)
SELECT gen_random_uuid(), post_id, 1, 'sentiment', 'negative', false, person, '{}', now(), 'current'
FROM analysis.labelled_texts, unnest(ARRAY['a', 'b', 'c']) AS person
""",
)
