"""A model on an inference server as a release."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.analysis.engines.inference_server import InferenceServer, serving
from tests.analysis.engines.test_remote import LABELS, speak_tei
from tests.analysis.releases.conftest import Shell
from tests.analysis.releases.test_releases import is_live
from tests.conftest import RoomClient


@pytest.fixture
def server() -> Iterator[InferenceServer]:
    """A server whose model always says positive."""
    with serving(InferenceServer()) as opened:
        speak_tei(opened, LABELS)
        opened.judge = lambda *_: [0.05, 0.05, 0.9]
        yield opened


@pytest.mark.parametrize("by_card", [False, True])
async def test_a_server_is_registered_and_answers(
    analysis: RoomClient, shell: Shell, server: InferenceServer, tmp_path: Path, by_card: bool
) -> None:
    what = f"tei+{server.url}"
    if by_card:
        card = tmp_path / "server.yaml"
        card.write_text(f"server: {what}\nname: reviews\nbatch: 2\nunsure_below: 0.95\n")
        what = str(card)
    said = await shell("register", what, "--task", "sentiment", "--name", "far-away")
    release = (await analysis.get("/api/v1/models/releases")).json()["items"][0]
    assert said.strip().endswith(release["id"])
    assert release["kind"] == "remote"
    assert release["location"].startswith(f"tei+{server.url}")
    assert release["files_hash"] is None

    reason = {"reason": "A trial (sample)."}
    await analysis.post(f"/api/v1/models/{release['id']}/promote", reason)
    await is_live(analysis, "far-away")
    answer = await analysis.post(
        "/api/v1/analysis/classify", {"task": "sentiment", "inputs": [{"text": "太差了"}]}
    )
    body = answer.json()
    assert body["model"] == {"name": "far-away", "revision": release["revision"]}
    assert body["results"][0]["label"] == "positive"
    assert body["results"][0]["unsure"] is by_card
