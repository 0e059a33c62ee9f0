"""A release from its registration to its promotion and back, by the verb and over HTTP."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.contracts.actors import Permission
from shared.events import emit
from tests.analysis.releases.conftest import Shell, collected, soon
from tests.conftest import RoomClient, make_actor

Stubborn = Callable[..., Path]

ROWS = [{"text": f"第 {number} 条：没有说什么", "label": "positive"} for number in range(40)]


async def register(shell: Shell, folder: Path, *more: str, task: str = "sentiment") -> str:
    """Register a folder; returns the id of the release."""
    said = await shell("register", str(folder), "--task", task, *more)
    return said.strip().rpartition(": ")[2]


async def live(room: RoomClient, task: str = "sentiment") -> str:
    """The name of what answers for a task in the API."""
    answer = await room.get("/api/v1/models")
    assert answer.status_code == 200, answer.text
    return next(each["name"] for each in answer.json()["tasks"] if each["task"] == task)


async def is_live(room: RoomClient, name: str, task: str = "sentiment") -> None:
    """Wait until a promotion has reached the API."""

    async def reached() -> bool:
        return await live(room, task) == name

    await soon(reached)


async def test_a_registered_folder_is_a_copy_with_a_card(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn, tmp_path: Path
) -> None:
    folder = make_stubborn("great", labels=("bad", "so-so", "great"), name="theirs")
    (folder / "notes.py").write_text("raise SystemExit")
    (tmp_path / "map.yaml").write_text("{bad: negative, so-so: neutral, great: positive}")
    release = await register(shell, folder, "--labels", str(tmp_path / "map.yaml"))

    kept = (await analysis.get(f"/api/v1/models/releases/{release}")).json()
    copy = tmp_path / "models" / kept["location"]
    assert kept["location"] == f"theirs/{kept['revision']}"
    assert kept["registered_by"]["kind"] == "person"
    assert {file.suffix for file in copy.iterdir()} == {
        ".json",
        ".safetensors",
        ".yaml",
        ".txt",
    } - (set() if list(copy.glob("*.txt")) else {".txt"})
    assert "great: positive" in (copy / "groundswell.yaml").read_text()
    # The same again is the same release.
    assert await register(shell, folder, "--labels", str(tmp_path / "map.yaml")) == release


async def test_promotion_gate_and_roll_back(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn, tmp_path: Path
) -> None:
    good = await register(shell, make_stubborn("positive", name="good"))
    bad = await register(shell, make_stubborn("negative", name="bad"))
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS))

    assert "not evaluated" in await shell("promote", "good", status=1)
    page = tmp_path / "report.html"
    assert "passes" in await shell("evaluate", "good", str(rows), "--report", str(page))
    assert page.read_text().startswith("<!doctype html>")
    assert "is live" in await shell("promote", "good", "--by", "Lin")
    await is_live(analysis, "good")

    said = await shell("evaluate", "bad", str(rows), status=1)
    assert "macro-F1" in said
    assert "bad" in await shell("promote", "bad", status=1)
    assert "is live" in await shell("promote", "bad", "--reason", "A trial (sample).")
    await is_live(analysis, "bad")

    assert "good" in await shell("rollback", "sentiment")
    await is_live(analysis, "good")
    assert "settings" in await shell("rollback", "sentiment", "--reason", "Done (sample).")
    await is_live(analysis, "lexicon")
    assert "Nothing was promoted" in await shell("rollback", "sentiment", status=2)

    history = (await analysis.get("/api/v1/models/promotions")).json()["items"]
    assert [(each["release_id"], each["reason"]) for each in history] == [
        (None, "Done (sample)."),
        (good, None),
        (bad, "A trial (sample)."),
        (good, None),
    ]
    assert history[-1]["passed"]
    assert history[-1]["promoted_by"]["name"] == "Lin"
    assert not history[-2]["passed"]
    assert history[-2]["findings"]


async def test_an_evaluation_against_another_live_model_does_not_count(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    first = await register(shell, make_stubborn("positive", name="first"))
    second = await register(shell, make_stubborn("positive", name="second"))
    for release in (first, second):
        answer = await analysis.post(f"/api/v1/models/{release}/evaluate", {"rows": ROWS})
        assert answer.status_code == 201, answer.text
        assert answer.json()["passed"]
        assert answer.json()["baseline"]["name"] == "lexicon"
    assert (await analysis.post(f"/api/v1/models/{first}/promote", {})).status_code == 200
    refused = await analysis.post(f"/api/v1/models/{second}/promote", {})
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/below-the-gate"
    assert "another model is live" in refused.json()["detail"]
    again = await analysis.post(f"/api/v1/models/{first}/promote", {})
    assert "already" in again.json()["detail"]


async def test_evaluations_are_kept_and_shown(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    release = await register(shell, make_stubborn("positive"))
    made = (await analysis.post(f"/api/v1/models/{release}/evaluate", {"rows": ROWS})).json()
    listed = (await analysis.get(f"/api/v1/models/releases/{release}/evaluations")).json()["items"]
    assert listed == [made]
    assert (await analysis.get(f"/api/v1/models/evaluations/{made['id']}")).json() == made
    assert made["measured"]["accuracy"] == 1
    assert [each["label"] for each in made["measured"]["classes"]] == [
        "positive",
        "neutral",
        "negative",
    ]
    page = await analysis.get(f"/api/v1/models/evaluations/{made['id']}/report")
    assert page.headers["content-type"].startswith("text/html")
    assert "sandbox" in page.headers["content-security-policy"]
    assert "stubborn" in page.text


async def test_posts_are_judged_by_the_new_model_without_a_restart(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    release = await register(shell, make_stubborn("positive"))
    await analysis.post(f"/api/v1/models/{release}/promote", {"reason": "A trial (sample)."})

    async def by_the_new_one() -> bool:
        async with analysis.transaction() as session:
            await emit(session, collected("太差了，气死我了"))
        await analysis.work()
        async with analysis.transaction() as session:
            newest = await session.execute(
                text(
                    "SELECT engine, sentiment FROM analysis.opinions ORDER BY post_id DESC LIMIT 1"
                )
            )
            return newest.first() == ("stubborn+lexicon", "positive")

    await soon(by_the_new_one)
    revision = (await analysis.get(f"/api/v1/models/releases/{release}")).json()["revision"]
    body = {"task": "sentiment", "inputs": [{"text": "太差了"}]}
    for model, status in (
        ("stubborn", 200),
        (f"stubborn@{revision}", 200),
        ("lexicon", 200),
        ("stubborn@other", 422),
    ):
        answer = await analysis.post("/api/v1/analysis/classify", body | {"model": model})
        assert answer.status_code == status, answer.text


async def test_a_model_that_cannot_be_opened_leaves_the_old_one_serving(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn, tmp_path: Path
) -> None:
    release = await register(shell, make_stubborn("positive"))
    for file in (tmp_path / "models").rglob("*.safetensors"):
        file.write_bytes(b"broken")
    await analysis.post(f"/api/v1/models/{release}/promote", {"reason": "A trial (sample)."})

    async def failure() -> list[dict[str, str]]:
        answer = (await analysis.get("/api/v1/models")).json()
        return answer["failures"]

    failures = await soon(failure, patience=15)
    assert "stubborn" in failures[0]["location"]
    assert failures[0]["error"]
    assert await live(analysis) == "lexicon"
    answer = await analysis.post(
        "/api/v1/analysis/classify", {"task": "sentiment", "inputs": [{"text": "太差了"}]}
    )
    assert answer.json()["model"]["name"] == "lexicon"


async def test_who_may_change_models(analysis: RoomClient) -> None:
    viewer = make_actor("viewer", Permission.VIEW)
    body = {"task": "sentiment"}
    assert (await analysis.get("/api/v1/models", actor=viewer)).status_code == 200
    assert (await analysis.post("/api/v1/models/rollback", body, actor=viewer)).status_code == 403
    connector = make_actor("connector", Permission.INGEST_POSTS)
    assert (await analysis.get("/api/v1/models", actor=connector)).status_code == 403


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("register", "nowhere", "--task", "sentiment"), "nowhere"),
        (("promote", "nobody"), "nobody"),
        (("evaluate", "lexicon", "none.jsonl"), "lexicon"),
        (("shadow", "nobody", "--share", "2"), "--share"),
        (("register", "lexicon", "--task", "sentiment", "--labels", "none.yaml"), "none.yaml"),
    ],
)
async def test_a_wrong_call_is_one_line_and_status_2(
    shell: Shell, words: tuple[str, ...], told: str
) -> None:
    said = await shell.process(*words, status=2)
    assert told in said
    assert said.count("\n") == 1


async def test_unsafe_folders_are_refused(
    shell: Shell, make_stubborn: Stubborn, tmp_path: Path
) -> None:
    pickled = make_stubborn("positive", name="pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    said = await shell("register", str(pickled), "--task", "sentiment", status=2)
    assert "pickle" in said
    coded = make_stubborn("positive", name="coded")
    config = json.loads((coded / "config.json").read_text())
    (coded / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "x.Y"}}))
    assert "auto_map" in await shell("register", str(coded), "--task", "sentiment", status=2)
    odd = make_stubborn("blue", labels=("blue", "red"), name="odd")
    assert "blue" in await shell("register", str(odd), "--task", "sentiment", status=2)
    named = make_stubborn("positive", name="named")
    assert "name" in await shell(
        "register", str(named), "--task", "sentiment", "--name", "../x", status=2
    )
    assert not list((tmp_path / "models").glob("**/*.safetensors"))


async def test_nobody_is_refused_while_models_change(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn
) -> None:
    release = await register(shell, make_stubborn("positive"))
    heard: list[str] = []
    changing = True

    async def ask() -> None:
        body = {"task": "sentiment", "inputs": [{"text": "太差了，气死我了"}] * 20}
        while changing:
            answer = await analysis.post("/api/v1/analysis/classify", body)
            assert answer.status_code == 200, answer.text
            heard.append(answer.json()["model"]["name"])

    asking = [asyncio.create_task(ask()) for _ in range(4)]
    for _ in range(2):
        reason = {"reason": "A trial (sample)."}
        await analysis.post(f"/api/v1/models/{release}/promote", reason)
        await is_live(analysis, "stubborn")
        await analysis.post("/api/v1/models/rollback", {"task": "sentiment"})
        await is_live(analysis, "lexicon")
    changing = False
    await asyncio.gather(*asking)
    assert set(heard) == {"lexicon", "stubborn"}


async def test_odd_texts_can_be_evaluated_and_kept(
    analysis: RoomClient, shell: Shell, make_stubborn: Stubborn, tmp_path: Path
) -> None:
    release = await register(shell, make_stubborn("positive"))
    odd = [
        {"text": "a\x00b", "label": "negative", "source": "x\x00"},
        {"text": "", "label": "neutral"},
    ]
    answer = await analysis.post(f"/api/v1/models/{release}/evaluate", {"rows": odd})
    assert answer.status_code == 201, answer.text
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "half \\ud83d", "label": "negative"}\n')
    await shell("evaluate", "stubborn", str(rows), status=1)
    none = await shell("evaluate", "stubborn", str(tmp_path / "none.jsonl"), status=2)
    assert "none.jsonl" in none
