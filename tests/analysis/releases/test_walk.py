"""The walk of `docs/models.md`, command by command, against a real system."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.house import REPOSITORY, House, eventually, said

PAGE = REPOSITORY / "docs" / "models.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A system with the lexicon as the model to start with."""
    with House(tmp_path / "home", {"GROUNDSWELL_ANALYSIS_MODEL": "lexicon"}) as house:
        yield house


@pytest.fixture
def desk(make_stubborn: Callable[..., Path], tmp_path: Path) -> Path:
    """The folder of a data scientist: a model, labelled texts, new posts."""
    desk = tmp_path / "desk"
    desk.mkdir()
    make_stubborn("positive", name="made").rename(desk / "my-model")
    rows = [{"text": f"第 {number} 号通知", "label": "positive"} for number in range(120)]
    posts = [
        {
            "external_id": f"walk-{number}",
            "text": f"太差了，气死我了，第 {number} 次",
            "published_at": datetime.now(UTC).isoformat(),
        }
        for number in range(40)
    ]
    for name, lines in (("labelled", rows), ("new-posts", posts)):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (desk / f"{name}.jsonl").write_text(text, "utf-8")
    return desk


def run(house: House, desk: Path, line: str) -> str:
    """One line as somebody types it in the folder of `make run`; returns what it printed."""
    programs = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", line],
        env={name: value for name, value in os.environ.items() if "GROUNDSWELL" not in name}
        | {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "GROUNDSWELL_HOME": str(house.home.path),
            "GROUNDSWELL_URL": house.base_url,
            "GROUNDSWELL_KEY_FILE": str(house.home.path / "admin-key"),
        },
        cwd=desk,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("curl") is None, reason="the page calls curl")
def test_the_walk_of_the_page(house: House, desk: Path) -> None:
    admin = house.client()
    heard: dict[str, str] = {}

    def live() -> str:
        tasks = said(admin.get("/models"), 200)["processes"]
        names = {process["told"]["live"]["sentiment"]["name"] for process in tasks}
        return names.pop() if len(names) == 1 and len(tasks) == 2 else ""

    def watching() -> bool:
        processes = said(admin.get("/models"), 200)["processes"]
        return any("sentiment" in process["told"]["shadows"] for process in processes)

    def shadowed() -> bool:
        release = said(admin.get("/models/releases"), 200)["items"][0]["id"]
        return bool(said(admin.get(f"/models/releases/{release}/shadow"), 200)["judged"])

    # What somebody at the desk would wait for before they go on.
    patience: dict[str, Callable[[], bool]] = {
        "groundswell import new-posts.jsonl": watching,
        "groundswell model show": shadowed,
        "groundswell model recompute": lambda: live() == "my-opinions",
    }
    for line in "".join(_BLOCK.findall(PAGE.read_text("utf-8"))).splitlines():
        verb = " ".join(line.split()[:3])
        if verb in patience:
            eventually(patience[verb], 90)
        heard[verb] = run(house, desk, line)

    assert "my-opinions" in heard["groundswell model list"]
    assert "passes the gate" in heard["groundswell model evaluate"]
    assert (desk / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert "50%" in heard["groundswell model shadow"]
    assert "live negative, shadow positive" in heard["groundswell model show"]
    assert "40 opinions are new" in heard["groundswell model recompute"]
    post = json.loads(heard["curl -s -H"])["items"][0]
    assert post["opinion"]["engine"].startswith("my-opinions")
    assert post["opinion"]["sentiment"]["label"] == "positive"
    assert "live for sentiment again" in heard["groundswell model rollback"]
    eventually(lambda: live() == "lexicon", 60)
