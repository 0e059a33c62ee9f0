"""A label by a named person on any opinion: given, replaced, withdrawn, found again."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts.actors import ActorKind, Permission
from shared.ids import new_id
from tests.analysis.labels.conftest import LIN, WEI, Analysed, Labelled, quote
from tests.conftest import RoomClient, make_actor

BAD, GOOD = "客服态度太差了，气死我了", "师傅们辛苦了，谢谢！"


async def test_a_label_stands_beside_what_the_model_said(
    analysed: Analysed, labelled: Labelled
) -> None:
    (post,) = await analysed(BAD)
    label = await labelled(post, "neutral", note="转述别人的话")
    assert label["labelled_by"] == {"id": "user:lin", "name": "lin", "kind": "person"}
    assert (label["state"], label["revision"], label["differs"]) == ("current", 1, True)
    assert label["model"]["label"] == "negative"
    assert label["model"]["engine"] == "lexicon"
    assert 0 < label["model"]["confidence"] <= 1


async def test_a_later_label_replaces_the_earlier_which_stays_in_the_history(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    (post,) = await analysed(BAD)
    first = await labelled(post, "neutral")
    second = await labelled(post, "positive")
    of_wei = await labelled(post, "negative", by=WEI)
    emotion = await labelled(post, "anger", task="emotion")
    items = (await analysis.get(f"/api/v1/labels?post={post.id}")).json()["items"]
    states = {item["id"]: item["state"] for item in items}
    assert states.pop(first["id"]) == "replaced"
    assert states == {made["id"]: "current" for made in (second, of_wei, emotion)}


async def test_a_label_is_withdrawn_by_whoever_gave_it(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    (post,) = await analysed(BAD)
    label = await labelled(post, "neutral")
    address = f"/api/v1/labels/{label['id']}/withdraw"
    assert (await analysis.post(address, actor=WEI)).status_code == 403
    answer = await analysis.post(address, actor=LIN)
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    assert (await analysis.post(address, actor=LIN)).status_code == 409
    assert (await analysis.post(f"/api/v1/labels/{new_id()}/withdraw")).status_code == 404


async def test_a_label_that_is_sent_twice_is_one(
    analysis: RoomClient, analysed: Analysed, fresh_key: str
) -> None:
    (post,) = await analysed(BAD)
    body = {"post_id": str(post.id), "task": "sentiment", "label": "neutral"}
    headers = {"Idempotency-Key": fresh_key}
    made = [await analysis.post("/api/v1/labels", body, headers=headers) for _ in range(2)]
    assert made[0].json() == made[1].json()
    items = (await analysis.get("/api/v1/labels")).json()["items"]
    assert len(items) == 1


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"label": "angry"}, 422, "positive, neutral, negative"),
        ({"target": "云州电力"}, 422, "target"),
        ({"task": "stance", "label": "against"}, 422, "target"),
        ({"revision": 2}, 404, "revision 2"),
        ({"post_id": str(new_id())}, 404, "no opinion"),
        ({"sampled": True}, 422, "not drawn"),
        ({"colour": "red"}, 422, "/colour"),
        ({"note": "\x00"}, 422, "NUL"),
    ],
)
async def test_what_does_not_fit_is_refused_in_words(
    analysis: RoomClient, analysed: Analysed, change: dict[str, Any], status: int, words: str
) -> None:
    (post,) = await analysed(BAD)
    body = {"post_id": str(post.id), "task": "sentiment", "label": "neutral"} | change
    answer = await analysis.post("/api/v1/labels", body)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "?person=%00",
        "?cursor=abc",
        "/agreement?by=day",
        "/agreement?since=0001-01-01T00:00:00%2B14:00",
        "/sample?size=0",
        "/export?conflicts=x",
        "/export?since=9999-12-31T23:59:59-12:00",
    ],
)
async def test_what_cannot_be_asked_is_refused(analysis: RoomClient, path: str) -> None:
    answer = await analysis.get(f"/api/v1/labels{path}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]


async def test_a_program_gives_no_labels_and_not_everybody_may(
    analysis: RoomClient, analysed: Analysed
) -> None:
    (post,) = await analysed(BAD)
    body = {"post_id": str(post.id), "task": "sentiment", "label": "neutral"}
    program = LIN.model_copy(update={"kind": ActorKind.PROGRAM})
    for actor in (program, make_actor("viewer", Permission.VIEW)):
        assert (await analysis.post("/api/v1/labels", body, actor=actor)).status_code == 403
    viewer = make_actor("viewer", Permission.VIEW, Permission.LABEL_POSTS)
    assert (await analysis.get("/api/v1/labels/export", actor=viewer)).status_code == 403


async def test_labels_are_found_by_what_is_asked(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    bad, good = await analysed(BAD, GOOD)
    wrong = await labelled(bad, "positive")
    right = await labelled(good, "positive", by=WEI)
    feeling = await labelled(good, "joy", task="emotion", by=WEI)

    async def found(query: str) -> list[str]:
        answer = await analysis.get(f"/api/v1/labels?{query}")
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert await found("differs=true") == [wrong["id"]]
    assert right["id"] in await found("differs=false")
    assert await found("person=user:wei") == [feeling["id"], right["id"]]
    assert await found("task=emotion") == [feeling["id"]]
    assert await found(f"post={bad.id}") == [wrong["id"]]
    assert await found("until=2020-01-01T00:00:00Z") == []
    assert len(await found("since=2020-01-01T00:00:00Z&state=current")) == 3
    page = (await analysis.get("/api/v1/labels?limit=2")).json()
    rest = (await analysis.get(f"/api/v1/labels?limit=2&cursor={page['next_cursor']}")).json()
    shown = [item["id"] for item in (*page["items"], *rest["items"])]
    assert shown == [feeling["id"], right["id"], wrong["id"]]


async def test_the_model_is_asked_for_a_stance_when_the_words_come(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    (post,) = await analysed("云州电力太不负责任了，坚决反对涨价")
    label = await labelled(post, "against", task="stance", target="云州电力")
    assert label["model"] is None
    await quote(analysis, [post])
    (item,) = (await analysis.get("/api/v1/labels?task=stance")).json()["items"]
    assert item["model"]["engine"] == "lexicon"
    assert item["model"]["label"] in ("favor", "against", "none")


async def test_of_two_engines_each_answers_for_its_own_task(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    (post,) = await analysed(BAD)
    async with analysis.transaction() as session:
        await session.execute(
            text("UPDATE analysis.opinions SET engine = 'a+b', release = 'r1+r2'")
        )
    sentiment = (await labelled(post, "neutral"))["model"]
    emotion = (await labelled(post, "anger", task="emotion"))["model"]
    assert (sentiment["engine"], sentiment["release"]) == ("a", "r1")
    assert (emotion["engine"], emotion["release"]) == ("b", "r2")


async def test_words_that_are_told_twice_are_kept_once(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    (post,) = await analysed(BAD)
    await labelled(post, "neutral")
    await quote(analysis, [post, post])
    async with analysis.transaction() as session:
        kept = (await session.execute(text("SELECT text FROM analysis.labelled_texts"))).scalars()
        assert list(kept) == [BAD]
