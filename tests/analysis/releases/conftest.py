"""A room, and models small enough to be made in a test that judge posts unlike each other."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner

from services.analysis.releases.cli import model
from services.analysis.room import room as analysis_room
from shared.contracts.posts import CollectedPost, PostsCollected
from shared.errors import GroundswellError
from shared.ids import new_id
from tests.conftest import OpenRoom, RoomClient

T = TypeVar("T")

# The lexicon opens at once, and knows nothing that a test would have to know.
SETTINGS = {"analysis_model": "lexicon", "analysis_isolation": False}
SENTIMENTS = ("negative", "neutral", "positive")


@pytest.fixture
async def analysis(open_room: OpenRoom, tmp_path: Path) -> RoomClient:
    """The room; it looks at the record every 50 ms."""
    return await open_room(analysis_room, **SETTINGS, sweep_seconds=0.05, home=tmp_path)


async def soon(question: Callable[[], Awaitable[T | None]], patience: float = 30.0) -> T:
    """The first answer that is true, asked again and again."""
    deadline = time.monotonic() + patience
    while not (answer := await question()):
        assert time.monotonic() < deadline, f"not within {patience:g} s"
        await asyncio.sleep(0.05)
    return answer


def collected(*texts: str) -> PostsCollected:
    """An event with a post for each text."""
    now = datetime.now(UTC)
    return PostsCollected(
        posts=tuple(
            CollectedPost(
                id=new_id(),
                platform="weibo",
                external_id=str(new_id()),
                text=words,
                published_at=now,
                received_at=now,
            )
            for words in texts
        )
    )


@pytest.fixture
def make_stubborn(make_folder: Callable[..., Path]) -> Callable[..., Path]:
    """`make_stubborn("negative", labels=[...])`: a folder whose model always says one label."""
    safetensors = pytest.importorskip("safetensors.torch", reason="needs groundswell[transformer]")

    def make(label: str, *, labels: Sequence[str] = SENTIMENTS, name: str = "stubborn") -> Path:
        folder = make_folder(list(labels), name=name)
        weights = safetensors.load_file(folder / "model.safetensors")
        weights["classifier.weight"].zero_()
        weights["classifier.bias"].zero_()
        weights["classifier.bias"][list(labels).index(label)] = 4.0
        safetensors.save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        return folder

    return make


class Shell:
    """The verb `groundswell model` as it is called where the settings of a room are."""

    def __init__(self, room: RoomClient) -> None:
        settings = room.runtime.settings
        self.environment = {
            "GROUNDSWELL_HOME": str(settings.home),
            "GROUNDSWELL_DATABASE_URL": settings.database_url.get_secret_value(),
            "GROUNDSWELL_REDIS_URL": settings.redis_url.get_secret_value(),
            "GROUNDSWELL_IDENTITY_PUBLIC_KEY_FILE": str(settings.identity_public_key_file),
        }

    async def __call__(self, *words: str, status: int = 0) -> str:
        """Call a verb and see that it ends with this status; returns what it printed.

        In this process: to load torch for each call takes seconds.
        """
        done = await asyncio.to_thread(CliRunner().invoke, model, words, env=self.environment)
        if isinstance(done.exception, GroundswellError):
            assert status == 2, done.exception
            return str(done.exception)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == status, done.output
        return done.output

    async def process(self, *words: str, status: int = 0, **environment: str) -> str:
        """Call it as people do."""
        done = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "shared.cli", "model", *words),
            env=os.environ | self.environment | environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await done.communicate())[0].decode()
        assert done.returncode == status, said
        return said


@pytest.fixture
def shell(analysis: RoomClient) -> Shell:
    """The verb in the surroundings of the room."""
    return Shell(analysis)
