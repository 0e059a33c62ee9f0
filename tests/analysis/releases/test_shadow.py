"""A shadow judges a share of the posts, is counted against the live model, and is not heard."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text

from services.analysis.releases.shadowing import falls_into
from shared.events import emit
from shared.ids import new_id
from tests.analysis.releases.conftest import Shell, collected, soon
from tests.analysis.releases.test_releases import register
from tests.conftest import RoomClient

Stubborn = Callable[..., Path]

# What the lexicon calls them: negative, negative, positive, positive.
TEXTS = (
    "太差了，气死我了",
    "停电两小时，投诉无门，太失望了",
    "非常满意，谢谢",
    "师傅们辛苦了，点赞",
)


async def judge(room: RoomClient) -> None:
    """Let the worker judge the texts as new posts."""
    async with room.transaction() as session:
        await emit(session, collected(*TEXTS))
    await room.work()


async def report(room: RoomClient, release: str) -> dict[str, Any]:
    """What is known of the newest run of a release."""
    answer = await room.get(f"/api/v1/models/releases/{release}/shadow")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_shadow_is_counted_and_not_heard(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    release = await register(shell, make_stubborn("positive"))
    assert "100%" in await shell("shadow", "stubborn", "--share", "1")

    async def judged() -> dict[str, Any] | None:
        await judge(analysis)
        found = await report(analysis, release)
        return found if found["judged"] >= 2 * len(TEXTS) else None

    found = await soon(judged)
    assert {(pair["live"], pair["shadow"]) for pair in found["pairs"]} == {
        ("negative", "positive"),
        ("positive", "positive"),
    }
    assert sum(pair["posts"] for pair in found["pairs"]) == found["judged"]
    assert found["agreement"] == 0.5
    assert {each["shadow_label"] for each in found["differences"]} == {"positive"}
    async with analysis.transaction() as session:
        engines = await session.execute(text("SELECT DISTINCT engine FROM analysis.opinions"))
        assert engines.scalars().all() == ["lexicon"]
    assert "agree 50.0%" in await shell("show", "stubborn")

    assert "no shadow any more" in await shell("shadow", "stubborn", "--share", "off")
    assert "no shadow now" in await shell("shadow", "stubborn", "--share", "off", status=2)


async def test_a_promotion_ends_the_shadow_of_its_task(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    release = await register(shell, make_stubborn("positive"))
    path = f"/api/v1/models/{release}"
    assert (await analysis.post(f"{path}/shadow", {"share": 0.5})).status_code == 200
    told = (await analysis.get("/api/v1/models")).json()["tasks"]
    assert [each["shadow"]["share"] for each in told if each["shadow"]] == [0.5]
    promoted = await analysis.post(f"{path}/promote", {"reason": "A trial (sample)."})
    assert promoted.status_code == 200, promoted.text
    assert (await report(analysis, release))["ended_at"]
    refused = await analysis.post(f"{path}/shadow", {"share": 0.5})
    assert refused.status_code == 409
    assert "live" in refused.json()["detail"]


async def test_a_task_that_posts_are_not_judged_for_has_no_shadow(
    analysis: RoomClient, shell: Shell
) -> None:
    release = await register(shell, Path("lexicon"), task="stance")
    refused = await analysis.post(f"/api/v1/models/{release}/shadow", {"share": 0.5})
    assert refused.status_code == 422
    assert "stance" in refused.json()["detail"]


def test_a_share_is_a_share_and_the_same_post_always_falls_into_it() -> None:
    ids = [new_id() for _ in range(2_000)]
    tenth = [each for each in ids if falls_into(each, 0.1)]
    assert 120 < len(tenth) < 300
    assert all(falls_into(each, 0.5) for each in tenth)
    assert all(falls_into(each, 1) for each in ids)
