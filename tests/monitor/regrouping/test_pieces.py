"""What a story might fall into."""

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.regrouping.pieces import pieces
from services.monitor.stories.grouping import GroupingPost
from shared.folding import fold
from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send
from tests.monitor.regrouping.test_regrouping import (
    OUTAGE,
    TARIFF,
    change,
    counts,
    stories,
    story,
    two_stories,
    watch,
    work,
)


def posts(*texts: str) -> list[GroupingPost]:
    return [
        GroupingPost(id=str(number), at=float(number), text=text, folded=fold(text))
        for number, text in enumerate(texts)
    ]


def test_two_matters_that_were_taken_for_one_come_apart() -> None:
    outages = [f"云州电力：{OUTAGE} {number}号楼" for number in range(9)]
    tariffs = [f"云州电力：{TARIFF} {number}类用户" for number in range(5)]
    (piece,) = pieces(posts(*outages, *tariffs))
    assert piece.posts == ("9", "10", "11", "12", "13")
    assert any("电价" in word or "听证" in word for word in piece.words)


def test_a_story_of_one_matter_has_no_pieces() -> None:
    assert pieces(posts(*[f"{OUTAGE} {number}号楼" for number in range(20)])) == []
    assert pieces([]) == []


@given(st.lists(st.text(max_size=40), max_size=40))
def test_every_post_is_in_one_piece_at_most(texts: list[str]) -> None:
    found = [post for piece in pieces(posts(*texts)) for post in piece.posts]
    assert len(found) == len(set(found))
    assert set(found) <= {str(number) for number in range(len(texts))}


async def test_a_person_splits_off_a_piece_with_what_repeats_it(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    await change(monitor, f"{tariff}/merge", {"into": outage})
    await send(monitor, make_post("转发微博", parent_external_id="p5"))
    await work(monitor)
    found = (await monitor.get(f"/api/v1/stories/{outage}/pieces")).json()
    (piece,) = found["items"]
    assert (piece["posts"], piece["along"], found["read"], found["stay"]) == (3, 1, 7, 4)
    assert all("电价" in each["text"] for each in piece["examples"])
    made = await change(monitor, f"{outage}/split", {"post_ids": piece["post_ids"]})
    assert counts(await story(monitor, made["other_id"])) == (3, 1)
    assert sorted(counts(each) for each in await stories(monitor)) == [(3, 1), (4, 0)]
    assert (await monitor.get(f"/api/v1/stories/{outage}/pieces")).json()["items"] == []


async def test_an_unknown_story_has_no_pieces(monitor: RoomClient) -> None:
    missing = await monitor.get("/api/v1/stories/0199c0de-0000-7000-8000-000000000009/pieces")
    assert missing.status_code == 404
