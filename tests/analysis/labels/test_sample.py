"""A fair sample of the day, to be labelled blind; agreement and drift rest on it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from shared.ids import new_id
from tests.analysis.labels.conftest import LIN, WEI, Analysed, Labelled
from tests.conftest import RoomClient

BAD, GOOD, PLAIN = "客服态度太差了，气死我了", "师傅们辛苦了，谢谢！", "今天发布停电通知"


async def sample(analysis: RoomClient, query: str = "size=10", by: object = LIN) -> dict:
    answer = await analysis.get(f"/api/v1/labels/sample?{query}", actor=by)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_sample_is_one_for_all_and_does_not_tell_the_model(
    analysis: RoomClient, analysed: Analysed
) -> None:
    await analysed(*[f"{BAD} {number}" for number in range(40)])
    drawn = await sample(analysis)
    assert drawn["drawn"] == len(drawn["items"]) == 10
    assert drawn == await sample(analysis, by=WEI)
    await analysed(*[f"{GOOD} {number}" for number in range(40)])
    assert drawn == await sample(analysis), "a day's sample stays"
    assert set(drawn["items"][0]) == {"post_id", "revision"}
    more = await sample(analysis, "size=15")
    assert more["items"][:10] == drawn["items"]
    other = await sample(analysis, "size=10&task=emotion")
    assert other["items"] != drawn["items"]


async def test_each_label_has_its_share_of_the_sample(
    analysis: RoomClient, analysed: Analysed
) -> None:
    await analysed(*[f"{text} {n}" for text in (BAD, BAD, GOOD, PLAIN) for n in range(20)])
    drawn = await sample(analysis, "size=20")
    async with analysis.transaction() as session:
        rows = await session.execute(text("SELECT post_id, sentiment FROM analysis.opinions"))
        feels = {row.post_id: row.sentiment for row in rows}
    total = Counter(feels.values())
    got = Counter(feels[UUID(item["post_id"])] for item in drawn["items"])
    for label, many in total.items():
        assert abs(got[label] - many / 4) <= 1


async def test_posts_of_long_ago_and_earlier_revisions_are_not_drawn(
    analysis: RoomClient, analysed: Analysed
) -> None:
    (post,) = await analysed(BAD)
    await session_insert(analysis, post.id, revision=2)
    old = UUID(int=int((datetime.now(UTC) - timedelta(days=30)).timestamp() * 1000) << 80)
    await session_insert(analysis, old, revision=1)
    assert (await sample(analysis))["items"] == [{"post_id": str(post.id), "revision": 2}]


async def session_insert(analysis: RoomClient, post_id: UUID, revision: int) -> None:
    async with analysis.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO analysis.opinions (post_id, revision, engine, release, sentiment,"
                " sentiment_confidence, sentiment_unsure, emotion, emotion_confidence,"
                " emotion_unsure) VALUES (:post, :revision, 'm', 'r1', 'negative', 0.8, false,"
                " 'anger', 0.7, false)"
            ),
            {"post": post_id, "revision": revision},
        )


async def test_what_one_has_labelled_waits_no_more(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    posts = {str(post.id): post for post in await analysed(BAD, GOOD, PLAIN)}
    first = (await sample(analysis))["items"][0]
    await labelled(posts[first["post_id"]], "neutral", sampled=True)
    drawn = await sample(analysis)
    assert (drawn["drawn"], drawn["labelled"], len(drawn["items"])) == (3, 1, 2)
    assert first not in drawn["items"]
    assert (await sample(analysis, by=WEI))["labelled"] == 0


async def test_no_stance_is_drawn(analysis: RoomClient) -> None:
    answer = await analysis.get("/api/v1/labels/sample?task=stance")
    assert answer.status_code == 422
    assert "target" in answer.json()["detail"]
    assert (await sample(analysis))["items"] == []


async def test_agreement_tells_the_sample_from_corrections(
    analysis: RoomClient, analysed: Analysed, labelled: Labelled
) -> None:
    posts = await analysed(BAD, f"{BAD}！", GOOD, f"{GOOD}！", PLAIN)
    drawn = {item["post_id"] for item in (await sample(analysis))["items"]}
    assert drawn == {str(post.id) for post in posts}
    await labelled(posts[0], "negative", sampled=True)
    await labelled(posts[0], "negative", by=WEI, sampled=True)
    await labelled(posts[1], "neutral", sampled=True)
    await labelled(posts[1], "negative", by=WEI)
    await labelled(posts[2], "negative")
    await labelled(posts[2], "positive")  # thought better of it

    report = (await analysis.get("/api/v1/labels/agreement?task=sentiment&by=week")).json()
    fair = report["sampled"]["overall"]
    assert (fair["compared"], fair["agreed"], fair["share"]) == (2, 1, 0.5)
    assert fair["low"] < 0.5 < fair["high"]
    assert fair["confusion"] == {"negative": {"negative": 1, "neutral": 1}}
    (window,) = report["sampled"]["windows"]
    assert window["engine"] == "lexicon"
    assert datetime.fromisoformat(window["begins"]).weekday() == 0
    corrections = report["corrections"]["overall"]
    assert (corrections["compared"], corrections["agreed"]) == (2, 2)
    people = report["among_people"]
    assert (people["compared"], people["agreed"]) == (2, 1)
    (drift,) = report["drift"]
    assert drift["state"] == "too_few"
    assert "30" in drift["text"]
    assert "30" in drift["text_zh"]
    by_release = (await analysis.get("/api/v1/labels/agreement?by=release")).json()
    assert [window["begins"] for window in by_release["sampled"]["windows"]] == [None]


async def test_a_release_that_has_become_worse_is_flagged(analysis: RoomClient) -> None:
    """Six weeks at nine of ten, then one at six of ten; the other release stays as it was."""
    now = datetime.now(UTC)
    insert = text(
        "INSERT INTO analysis.labels (id, post_id, revision, task, label, sampled, labelled_by_id,"
        " labelled_by, labelled_at, state, model_label, model_confidence, model_unsure, engine,"
        " release) VALUES (:id, :post, 1, 'sentiment', :label, true, 'user:lin',"
        ' \'{"id": "user:lin", "name": "lin", "kind": "person"}\', :at, \'current\', \'negative\','
        " 0.8, false, 'compact', :release)"
    )
    async with analysis.transaction() as session:
        for release, newest in (("steady", 9), ("worse", 6)):
            for week in range(7):
                for number in range(40):
                    agrees = number % 10 < (newest if week == 0 else 9)
                    await session.execute(
                        insert,
                        {
                            "id": new_id(),
                            "post": new_id(),
                            "label": "negative" if agrees else "neutral",
                            "at": now - timedelta(days=7 * week),
                            "release": release,
                        },
                    )
    report = (await analysis.get("/api/v1/labels/agreement")).json()
    states = {drift["release"]: drift for drift in report["drift"]}
    assert states["steady"]["state"] == "steady"
    assert states["worse"]["state"] == "dropped"
    assert states["worse"]["p"] < 0.01
    assert (states["worse"]["latest"], states["worse"]["earlier"]) == (0.6, 0.9)
    assert "60%" in states["worse"]["text"]
    assert len(report["sampled"]["windows"]) == 14
    months = (await analysis.get("/api/v1/labels/agreement?by=month")).json()
    assert len(months["sampled"]["windows"]) < 14
