"""A retrained compact model: one folder, a release for each task, one engine for both."""

import pytest

from services.analysis.engines.registry import MODELS
from tests.analysis.releases.conftest import Shell
from tests.analysis.releases.test_releases import is_live, register
from tests.conftest import RoomClient

COMPACT = MODELS / "compact"


@pytest.mark.skipif(not (COMPACT / "compact.json").is_file(), reason="no shipped model is here")
async def test_two_tasks_share_one_engine(analysis: RoomClient, shell: Shell) -> None:
    refused = await shell("register", str(COMPACT), "--task", "sentiment", status=2)
    assert "--name" in refused
    for task in ("sentiment", "emotion"):
        release = await register(shell, COMPACT, "--name", "retrained", task=task)
        reason = {"reason": "A trial (sample)."}
        answer = await analysis.post(f"/api/v1/models/{release}/promote", reason)
        assert answer.status_code == 200, answer.text
    several = await shell("show", "retrained", status=2)
    assert "--task" in several
    for task in ("sentiment", "emotion"):
        await is_live(analysis, "retrained", task)
    items = (await analysis.get("/api/v1/models")).json()["items"]
    assert {item["name"]: item["live_for"] for item in items} == {
        "retrained": ["sentiment", "emotion"],
        "lexicon": ["stance"],
    }
